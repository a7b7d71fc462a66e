// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "tapmask/core/frame.h"

namespace tapmask {

// Chooses the frame that stands for a video while its frames pass by once: the one with the most
// detail of about a dozen, with a liking for the one at a tenth of the video; a black, white or
// blurred one only when there is no other. Keeps one frame.
class PosterPicker {
 public:
  // `expected_frames`: how many there will be, as the file says; 0: not known.
  explicit PosterPicker(int64_t expected_frames) : expected_frames_(expected_frames) {}

  void Look(const Frame& frame);  // 8-bit 4:2:0, every frame of the video in its order.

  const Frame& frame() const { return best_; }  // Empty before the first.

 private:
  const int64_t expected_frames_;
  int64_t next_ = 0;
  double best_score_ = -1;
  Frame best_;
};

// Writes 8-bit 4:2:0 samples (BT.709, limited range) as a JPEG without any metadata. Whoever calls
// puts it in place. Throws kStorageFull.
void WriteJpeg(const std::filesystem::path& path, const Frame& frame);

}  // namespace tapmask
