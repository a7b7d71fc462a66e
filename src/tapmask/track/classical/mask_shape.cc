// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/mask_shape.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace tapmask {
namespace {

constexpr double kMinOverlap = 0.2;  // Of a part with what was expected.
constexpr int kMinOverlapPixels = 3;
constexpr int kMinPixels = 6;
constexpr double kClearLogit = 1.2;
constexpr double kMinShareOfUsual = 0.02;
constexpr double kMaxHole = 0.004;  // Share of the mask.

void RemoveForeignParts(cv::Mat& mask, const cv::Mat& expected, const cv::Mat& logit,
                        double usual_area) {
  cv::Mat labels, stats, centroids;
  const int n = cv::connectedComponentsWithStats(mask, labels, stats, centroids);
  std::vector<double> overlap(static_cast<size_t>(n)), sum(static_cast<size_t>(n));
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      const auto part = static_cast<size_t>(labels.at<int>(y, x));
      overlap[part] += expected.at<uint8_t>(y, x) != 0;
      sum[part] += logit.at<float>(y, x);
    }
  }
  std::vector<uint8_t> keep(static_cast<size_t>(n), 0);
  for (int i = 1; i < n; ++i) {
    const auto part = static_cast<size_t>(i);
    const double area = stats.at<int>(i, cv::CC_STAT_AREA);
    const bool was_expected =
        overlap[part] >= std::max<double>(kMinOverlapPixels, kMinOverlap * area) &&
        area >= kMinPixels;
    const bool is_clear = sum[part] / area > kClearLogit && area > kMinShareOfUsual * usual_area;
    keep[part] = was_expected || is_clear;
  }
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      if (!keep[static_cast<size_t>(labels.at<int>(y, x))]) mask.at<uint8_t>(y, x) = 0;
    }
  }
}

void FillHoles(cv::Mat& mask) {
  cv::Mat labels, stats, centroids;
  cv::connectedComponentsWithStats(mask == 0, labels, stats, centroids, 4);
  const double most = kMaxHole * cv::countNonZero(mask) + 2;
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      const int part = labels.at<int>(y, x);
      if (part > 0 && stats.at<int>(part, cv::CC_STAT_AREA) < most) mask.at<uint8_t>(y, x) = 255;
    }
  }
}

}  // namespace

cv::Mat Grown(const cv::Mat& mask, int diameter) {
  cv::Mat out;
  cv::dilate(mask, out, cv::getStructuringElement(cv::MORPH_ELLIPSE, cv::Size(diameter, diameter)));
  return out;
}

void CleanUp(cv::Mat& mask, const cv::Mat& expected, const cv::Mat& logit, double usual_area) {
  RemoveForeignParts(mask, expected, logit, usual_area);
  FillHoles(mask);
}

}  // namespace tapmask
