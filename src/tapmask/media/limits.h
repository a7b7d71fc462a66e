// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tapmask {

// What an input may be at most. The defaults are those of the tier `local`: the command line and
// the local owner. Checked before any frame is decoded.
struct Limits {
  int max_long_side_px = 8192;
  int max_short_side_px = 4320;
  double max_duration_seconds = 4 * 3600;
  int64_t max_frames = 1'000'000;
  int max_streams = 16;
  int64_t max_file_bytes = INT64_MAX;  // Bounded by the disk.
};

}  // namespace tapmask
