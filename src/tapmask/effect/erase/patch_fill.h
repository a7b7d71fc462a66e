// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>

namespace tapmask {

// Makes up what is in a hole from patches of the rest of the picture, so that every patch of the
// result looks like one that is there (Wexler et al., 2007, "Space-time completion of video", in
// space alone; nearest patches as Barnes et al., 2009, "PatchMatch").
//
// `picture` 32FC3, grey levels of 8 bit, sides of at least 16; `hole` 8U, anything but 0 is to be
// filled, and holds a smooth fill, from which the search starts. Returns 32SC2: for every pixel of
// the hole the pixel to copy from, (-1, -1) elsewhere; empty when no patch is without a hole. The
// same input gives the same result.
cv::Mat FindPatches(const cv::Mat& picture, const cv::Mat& hole);

}  // namespace tapmask
