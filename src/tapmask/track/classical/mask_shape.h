// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>

namespace tapmask {

// What is set in `mask`, grown by a disc of `diameter` (odd) pixels.
cv::Mat Grown(const cv::Mat& mask, int diameter);

// Takes away from `mask` the connected parts that are not the object, and fills small holes.
// A part stays when a fifth of it lies in `expected`, or when it is larger than a fiftieth of
// `usual_area` and `logit` says clearly that it belongs to the object, wherever it is.
void CleanUp(cv::Mat& mask, const cv::Mat& expected, const cv::Mat& logit, double usual_area);

}  // namespace tapmask
