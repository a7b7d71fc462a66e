// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/core/frame.h"
#include "tapmask/effect/field.h"

namespace tapmask {

// The blur of the product: 99 samples wide at 1080 lines, scaled with the frame's shorter side,
// always odd.
int BlurKernelSize(const Size& frame);

// Its standard deviation in the samples of one plane: OpenCV's rule for a kernel's size, narrower
// where the plane is subsampled.
Sigma BlurSigma(const Frame& frame, int plane);

// `sigma_px` luma samples in samples of the plane.
Sigma SigmaInPlane(double sigma_px, const Frame& frame, int plane);

}  // namespace tapmask
