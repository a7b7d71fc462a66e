// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/core/frame.h"
#include "tapmask/core/mask.h"

namespace tapmask {

// The fill of RedactStyle::kSecure for one plane, written under `plane_mask` into `out`.
//
// Everything it is made from passes through LoadOutside, which does not read a sample under the
// mask; all sizes, steps and limits follow from the mask alone. That is what makes the style
// secure, and it must stay so: no early end that depends on values, no scale taken from the frame.
void FillSecurely(const Frame& in, int plane, const Mask& plane_mask, Frame& out);

}  // namespace tapmask
