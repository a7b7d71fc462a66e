// SPDX-License-Identifier: Apache-2.0
// The sound of a proxy. For .cc files of media only.
#pragma once

#include <memory>

#include "tapmask/media/demuxer.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/muxer.h"
#include "tapmask/media/track_copier.h"

namespace tapmask {

// Brings the best sound track of an input into a muxer as AAC: byte for byte when it is AAC
// already. Does nothing when there is none that can be decoded. Times are the input's.
class SoundFeed {
 public:
  // Adds its stream to the muxer, which must not have started.
  SoundFeed(const InputName& input, const ReadOptions& read, const VideoInfo& source, Muxer& muxer);

  void Advance(double seconds);     // Writes all that decodes before.
  void Finish(double end_seconds);  // And what is left before `end_seconds`.

 private:
  void Open(const AVStream& from, Muxer& muxer);

  OpenedInput opened_;
  int stream_ = -1;
  std::unique_ptr<TrackCopier> copier_;  // Null: no sound.
  ffmpeg::PacketPtr pending_;            // Read but not due yet.
  bool has_pending_ = false;
  bool ended_ = false;
};

}  // namespace tapmask
