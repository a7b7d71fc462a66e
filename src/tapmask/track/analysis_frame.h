// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tapmask/core/archive_values.h"
#include "tapmask/core/image.h"

namespace tapmask {

// One frame as tracking sees it: upright, square pixels, short side at most 480 pixels.
struct AnalysisFrame {
  int64_t index = 0;   // Counts shown frames from 0.
  double seconds = 0;  // Its time.
  BgrImage image;

  void Archive(StateArchive& archive) { archive(index, seconds, image); }
};

}  // namespace tapmask
