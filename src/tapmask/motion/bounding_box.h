// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>

namespace tapmask {

// The smallest box around the pixels of an 8U matrix that are not 0; empty when there are none.
//
// Instead of cv::boundingRect, which in OpenCV 4.6 overlooks pixels of the first three columns when
// a row does not begin at a multiple of 4 bytes.
cv::Rect BoundingBoxOf(const cv::Mat& mask);

// `box` and `margin` pixels around it, as far as they are inside of a picture of `size`. An empty
// one stays empty.
cv::Rect GrownBox(const cv::Rect& box, int margin, const cv::Size& size);

}  // namespace tapmask
