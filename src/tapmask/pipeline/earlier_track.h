// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "tapmask/media/video_info.h"
#include "tapmask/track/mask_track.h"

namespace tapmask {

// A mask track that is to be corrected.
class EarlierTrack {
 public:
  // Throws kInvalidArgument when it is none, or one of another video than `info` describes.
  EarlierTrack(const std::filesystem::path& file, const VideoInfo& info);

  const MaskTrackHeader& header() const { return track_.header(); }
  int64_t frames() const { return track_.frames(); }

  // The records of one frame. Throws kInvalidArgument when they are not of the time `pts`.
  std::vector<MaskRecord> Frame(int64_t frame, int64_t pts);
  std::vector<MaskRecord> Frame(int64_t frame) { return track_.Frame(frame); }

  // Throws kInvalidArgument when the video has another number of frames than the track.
  void CheckFrames(int64_t of_video) const;

  // True where the user showed the object, by points or by hand: a correction ends there.
  bool SaidAt(int object, int64_t frame) const;

  // The last such frame before `frame`.
  std::optional<int64_t> LastSaidBefore(int object, int64_t frame) const;

 private:
  MaskTrackReader track_;
  std::map<int, std::vector<int64_t>> said_;  // By object: frames, rising.
};

}  // namespace tapmask
