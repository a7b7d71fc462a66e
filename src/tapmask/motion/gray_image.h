// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tapmask/core/geometry.h"
#include "tapmask/core/image.h"

namespace tapmask {

// 8-bit grey, rows without gaps: what optical flow and the cut detector look at.
struct GrayImage {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> samples;  // width * height bytes.

  Size size() const { return {width, height}; }
  uint8_t At(int x, int y) const {
    return samples[static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)];
  }
};

// `image` in grey at `size`: averaged over areas where it shrinks, bilinear where it grows.
// Throws Error with kInvalidArgument when the image or the size is empty.
GrayImage GrayFromBgr(const BgrImage& image, const Size& size);

}  // namespace tapmask
