// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>

#include "tapmask/core/mask.h"
#include "tapmask/track/classical/working_frame.h"

namespace tapmask {

// Brings a mask from the working grid to the size of the analysis frame, with a border that follows
// the frame's colours: a guided filter, whose coefficients are found on the grid and used on the
// full samples. `probability`: 32F, 0 to 1, on the grid. `around`: grid pixels that matter; outside
// of it nothing is set.
Mask LiftToFrame(const cv::Mat& probability, const cv::Rect& around, const WorkingFrame& frame);

}  // namespace tapmask
