// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/region.h"

#include <cstdint>

#include <opencv2/imgproc.hpp>

namespace tapmask {

double RegionOverlap(const cv::Mat& a, const cv::Mat& b) {
  const int both = cv::countNonZero(a & b);
  const int either = cv::countNonZero(a | b);
  return either > 0 ? static_cast<double>(both) / either : 0;
}

cv::Mat SignedDistance(const cv::Mat& region) {
  cv::Mat inside, outside;
  cv::distanceTransform(region, inside, cv::DIST_L2, 3);
  cv::distanceTransform(region == 0, outside, cv::DIST_L2, 3);
  return inside - outside;
}

cv::Mat PartsHolding(const cv::Mat& region, const std::vector<cv::Point>& points) {
  cv::Mat labels;
  const int count = cv::connectedComponents(region, labels, 8);
  std::vector<uint8_t> wanted(static_cast<size_t>(count), 0);
  for (const cv::Point& p : points) wanted[static_cast<size_t>(labels.at<int>(p))] = 255;
  wanted[0] = 0;
  cv::Mat parts(region.size(), CV_8UC1);
  for (int y = 0; y < region.rows; ++y) {
    for (int x = 0; x < region.cols; ++x) {
      parts.at<uint8_t>(y, x) = wanted[static_cast<size_t>(labels.at<int>(y, x))];
    }
  }
  return parts;
}

cv::Mat WithoutHoles(const cv::Mat& region, double max_share) {
  cv::Mat labels, stats, centres;
  const cv::Mat outside = region == 0;
  const int count = cv::connectedComponentsWithStats(outside, labels, stats, centres, 4);
  const double area = cv::countNonZero(region);
  std::vector<uint8_t> fill(static_cast<size_t>(count), 0);
  for (int i = 1; i < count; ++i) {
    const int left = stats.at<int>(i, cv::CC_STAT_LEFT), top = stats.at<int>(i, cv::CC_STAT_TOP);
    const bool enclosed = left > 0 && top > 0 &&
                          left + stats.at<int>(i, cv::CC_STAT_WIDTH) < region.cols &&
                          top + stats.at<int>(i, cv::CC_STAT_HEIGHT) < region.rows;
    if (enclosed && stats.at<int>(i, cv::CC_STAT_AREA) < max_share * area) {
      fill[static_cast<size_t>(i)] = 255;
    }
  }
  cv::Mat filled = region.clone();
  for (int y = 0; y < region.rows; ++y) {
    for (int x = 0; x < region.cols; ++x) {
      filled.at<uint8_t>(y, x) |= fill[static_cast<size_t>(labels.at<int>(y, x))];
    }
  }
  return filled;
}

cv::Rect Widened(const cv::Rect& box, int margin, const cv::Size& bounds) {
  return cv::Rect(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin) &
         cv::Rect({0, 0}, bounds);
}

}  // namespace tapmask
