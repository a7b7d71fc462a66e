// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <opencv2/core/mat.hpp>

namespace tapmask {

// Small tools for regions: CV_8UC1 pictures of 0 and 255.

double RegionOverlap(const cv::Mat& a, const cv::Mat& b);  // IoU; 0 when both are empty.

// Positive inside, in pixels to the nearest pixel on the other side; never 0.
cv::Mat SignedDistance(const cv::Mat& region);

// The connected parts (8-neighbours) of `region` that hold one of `points`.
cv::Mat PartsHolding(const cv::Mat& region, const std::vector<cv::Point>& points);

// Holes that are smaller than `max_share` of the region and do not touch the picture's border
// become part of it.
cv::Mat WithoutHoles(const cv::Mat& region, double max_share);

cv::Rect Widened(const cv::Rect& box, int margin, const cv::Size& bounds);

}  // namespace tapmask
