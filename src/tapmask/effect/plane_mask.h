// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/core/frame.h"
#include "tapmask/core/mask.h"

namespace tapmask {

// The samples of one plane that a mask of the frame's size touches: for a subsampled plane all
// that have any of their pixels under the mask.
Mask PlaneMask(const Mask& mask, const Frame& frame, int plane);

}  // namespace tapmask
