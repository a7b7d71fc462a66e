// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/core/frame.h"
#include "tapmask/core/mask.h"
#include "tapmask/effect/field.h"

namespace tapmask {

// How much of an effect to show at each pixel of a mask: 1 from `feather_px` inside its border,
// falling to nearly 0 beside it. Only as far as the box of the mask.
class SoftEdge {
 public:
  SoftEdge(const Mask& mask, double feather_px);

  // The share at a sample of `plane`: of a subsampled plane that of its deepest pixel.
  float ShareAt(const Frame& frame, int plane, int x, int y) const {
    return shares_.width() == 0 ? 1 : DeepestShare(frame, plane, x, y);
  }

 private:
  float DeepestShare(const Frame& frame, int plane, int x, int y) const;

  Field shares_;  // Empty without a feather.
};

}  // namespace tapmask
