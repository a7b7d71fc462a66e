// SPDX-License-Identifier: Apache-2.0
// Everything of the input but the worked-on video. For .cc files of media only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tapmask/media/demuxer.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/muxer.h"
#include "tapmask/media/notices.h"
#include "tapmask/media/track_copier.h"
#include "tapmask/media/write_options.h"

namespace tapmask {

// What became of one input stream in the output.
struct CompanionTrack {
  enum class Kind { kCopied, kAlac, kAac, kMuted, kSubtitles, kSubtitlesCopied, kOther };
  int input_stream = 0;
  int output_stream = 0;
  Kind kind = Kind::kCopied;
};

// Reads sound, text and chapters of the input a second time, beside the decoder, and brings them
// into the output in step with the video. What is left out or removed on purpose is noted.
class CompanionTracks {
 public:
  // Adds its streams to the muxer, which must not have started.
  CompanionTracks(const InputName& input, const ReadOptions& read, const WriteOptions& write,
                  const VideoInfo& source, Muxer& muxer, Notices& notices);

  // Writes all packets that decode before `seconds`.
  void Advance(double seconds);
  void Finish();  // The rest, up to the end; with `Advance`'s limits lifted.

  const std::vector<CompanionTrack>& tracks() const { return tracks_; }
  const AVFormatContext* input() const { return opened_.format.get(); }

  // Only this part of the input's sound and text is wanted, e.g. up to where a damaged video ends.
  void EndAt(double seconds) { end_seconds_ = seconds; }

 private:
  void AddAudio(const AVStream& from, Notices& notices);
  void AddSubtitles(const AVStream& from, const OtherStream& facts, Notices& notices);
  void AddKeptMetadata(const AVStream& from, const OtherStream& facts, Notices& notices);
  void AddChapters();
  AVStream& NewStream(const AVStream& from, CompanionTrack::Kind kind);
  bool IsShown(const AVPacket& packet, const AVStream& stream);

  OpenedInput opened_;
  const WriteOptions write_;
  Muxer& muxer_;
  std::map<int, std::unique_ptr<TrackCopier>> copiers_;  // By input stream.
  std::vector<CompanionTrack> tracks_;
  ffmpeg::PacketPtr pending_;  // Read but not due yet.
  bool has_pending_ = false;
  bool ended_ = false;
  double end_seconds_ = 1e18;
};

}  // namespace tapmask
