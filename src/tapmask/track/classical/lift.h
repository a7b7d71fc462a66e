// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>

#include "tapmask/core/image.h"
#include "tapmask/core/mask.h"

namespace tapmask {

// Brings a mask found on a smaller grid to the frame's size, its border snapped to the frame's
// edges by a guided filter: near the border, being object is fitted as a linear function of colour
// on the grid, and that function is evaluated at every pixel of the frame.
//
// probability32f  CV_32FC1 on the grid, 0 to 1; the border is where it crosses 0.5. The grid
//                 covers the whole frame, in any size up to the frame's.
Mask LiftMask(const cv::Mat& probability32f, const BgrImage& frame);

// Object probabilities of a region of 0 and 255: sure inside and outside, soft at its border.
cv::Mat SoftRegion(const cv::Mat& region8u);

}  // namespace tapmask
