// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/core/geometry.h"
#include "tapmask/core/mask.h"

namespace tapmask {

// The mask at another size: a pixel is set where at least half of it is covered, with the border
// between pixels taken as smooth (bilinear) where the mask grows. A mask that is not empty does not
// become empty.
Mask ScaleMask(const Mask& mask, const Size& size);

}  // namespace tapmask
