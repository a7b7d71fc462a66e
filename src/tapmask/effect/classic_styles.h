// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/core/frame.h"
#include "tapmask/core/mask.h"
#include "tapmask/effect/soft_edge.h"

namespace tapmask {

// The well known styles, one plane at a time, written under `plane_mask` into `out`. Blur and
// pixelation are made from what they hide, so that a part of it can be found again.
void BlurPlane(const Frame& in, int plane, const Mask& plane_mask, const SoftEdge& edge,
               Frame& out);
void PixelatePlane(const Frame& in, int plane, const Mask& plane_mask, const SoftEdge& edge,
                   Frame& out);
void BlackenPlane(const Frame& in, int plane, const Mask& plane_mask, bool full_range, Frame& out);

// Side of a pixelation block in luma samples: about 1/28 of the shorter side, a multiple of 4 so
// that the grid is the same in every plane, at least 8.
int PixelateBlock(const Size& frame);

}  // namespace tapmask
