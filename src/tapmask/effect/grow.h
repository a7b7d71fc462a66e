// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/core/mask.h"

namespace tapmask {

// All pixels whose centre is within `radius_px` of a pixel of the mask (Euclidean). A radius of 0
// or less gives the mask itself.
Mask Grow(const Mask& mask, double radius_px);

// All pixels further than `radius_px` from every pixel outside the mask. Beyond the frame's edge
// nothing is outside.
Mask Shrink(const Mask& mask, double radius_px);

// The default of --grow: 0.7 % of the height, at least 4 pixels.
int AutoGrowPx(int frame_height_px);

}  // namespace tapmask
