// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/effect/field.h"

namespace tapmask {

// Stretches a membrane over the places of `samples` whose weight is 0: Laplace's equation with the
// places of weight 1 as its border. Samples of weight 0 must be 0 and have no say.
//
// The border is not the single samples beside the hole but their Gaussian average over the known
// samples around, of width `border`: noise and fine texture would otherwise run into the fill, and
// dance there from frame to frame.
//
// Returns the filled samples; those right beside the hole hold their averages. At least one place
// must have weight 1. Needs memory for about five fields of that size.
Field StretchMembrane(Field samples, Field weights, const Sigma& border);

}  // namespace tapmask
