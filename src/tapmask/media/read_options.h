// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "tapmask/core/geometry.h"
#include "tapmask/media/limits.h"

namespace tapmask {

// How an input is read.
struct ReadOptions {
  Limits limits;
  std::optional<int> video_stream;      // Choose for me: the one FFmpeg calls best.
  Rational pictures_per_second{25, 1};  // Of a numbered picture pattern.
  int threads = 0;                      // 0: as many as there are cores. No sample depends on it.
  bool bake_orientation = false;  // Samples come upright even where the container could say it.
};

}  // namespace tapmask
