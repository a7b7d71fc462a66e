// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/region.h"

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace tapmask {
namespace {

cv::Mat RegionWith(const std::vector<cv::Rect>& rects) {
  cv::Mat region = cv::Mat::zeros(30, 40, CV_8UC1);
  for (const cv::Rect& r : rects) region(r).setTo(255);
  return region;
}

TEST(Region, OverlapsByIntersectionOverUnion) {
  const cv::Mat a = RegionWith({{0, 0, 10, 10}}), b = RegionWith({{5, 0, 10, 10}});

  EXPECT_NEAR(RegionOverlap(a, b), 50.0 / 150, 1e-9);
  EXPECT_EQ(RegionOverlap(RegionWith({}), RegionWith({})), 0);
}

TEST(Region, HasPositiveDistancesInsideAndNegativeOnesOutside) {
  const cv::Mat distance = SignedDistance(RegionWith({{10, 10, 9, 9}}));

  EXPECT_NEAR(distance.at<float>(14, 14), 5, 0.3);
  EXPECT_NEAR(distance.at<float>(14, 10), 1, 0.1);
  EXPECT_NEAR(distance.at<float>(14, 9), -1, 0.1);
  EXPECT_NEAR(distance.at<float>(14, 0), -10, 0.5);
}

TEST(Region, KeepsThePartsThatHoldAPoint) {
  const cv::Mat region = RegionWith({{0, 0, 5, 5}, {10, 10, 5, 5}, {20, 20, 5, 5}});

  const cv::Mat kept = PartsHolding(region, {{2, 2}, {22, 22}, {35, 2}});

  EXPECT_EQ(cv::norm(kept, RegionWith({{0, 0, 5, 5}, {20, 20, 5, 5}}), cv::NORM_INF), 0);
}

TEST(Region, FillsSmallHolesButNoLargeOnesAndNoBays) {
  cv::Mat region = RegionWith({{0, 0, 30, 30}});
  region(cv::Rect(5, 5, 2, 2)).setTo(0);    // A small hole.
  region(cv::Rect(12, 12, 9, 9)).setTo(0);  // A large one.
  region(cv::Rect(0, 20, 2, 2)).setTo(0);   // A bay at the picture's border.

  const cv::Mat filled = WithoutHoles(region, 0.03);

  EXPECT_EQ(cv::countNonZero(filled), cv::countNonZero(region) + 4);
  EXPECT_NE(filled.at<uint8_t>(5, 5), 0);
}

TEST(Region, WidensBoxesWithinThePicture) {
  EXPECT_EQ(Widened({1, 5, 4, 4}, 3, {40, 30}), cv::Rect(0, 2, 8, 10));
}

}  // namespace
}  // namespace tapmask
