// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/patch_fill.h"

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

#include "tapmask/effect/erase/harmonic.h"

namespace tapmask {
namespace {

// Stripes of 6 pixels, and a smooth fill in the hole.
cv::Mat Stripes(const cv::Size& size, const cv::Mat& hole) {
  cv::Mat picture(size, CV_32FC3);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      picture.at<cv::Vec3f>(y, x) = x / 6 % 2 ? cv::Vec3f(200, 180, 40) : cv::Vec3f(30, 60, 90);
    }
  }
  FillHarmonic(picture, hole);
  return picture;
}

cv::Mat BoxHole(const cv::Size& size, const cv::Rect& box) {
  cv::Mat hole = cv::Mat::zeros(size, CV_8U);
  hole(box).setTo(255);
  return hole;
}

TEST(FindPatches, ContinuesStripes) {
  const cv::Size size(120, 80);
  const cv::Rect box(50, 30, 18, 16);
  const cv::Mat hole = BoxHole(size, box), picture = Stripes(size, hole);

  const cv::Mat copies = FindPatches(picture, hole);

  int right = 0;
  for (int y = box.y; y < box.y + box.height; ++y) {
    for (int x = box.x; x < box.x + box.width; ++x) {
      const auto& from = copies.at<cv::Point>(y, x);
      ASSERT_GE(from.x, 0);
      EXPECT_EQ(hole.at<uint8_t>(from), 0) << "copies from the hole";
      right += (from.x / 6 % 2) == (x / 6 % 2);
    }
  }
  EXPECT_GT(right, box.area() * 9 / 10);
  EXPECT_EQ(copies.at<cv::Point>(0, 0), cv::Point(-1, -1));
}

TEST(FindPatches, GivesTheSameAgain) {
  const cv::Size size(64, 48);
  const cv::Mat hole = BoxHole(size, {0, 10, 20, 20}), picture = Stripes(size, hole);

  EXPECT_EQ(cv::norm(FindPatches(picture, hole), FindPatches(picture, hole), cv::NORM_INF), 0);
}

TEST(FindPatches, GivesNothingWhereNoPatchIsWhole) {
  const cv::Size size(32, 32);
  const cv::Mat hole = BoxHole(size, {3, 3, 26, 26});

  EXPECT_TRUE(FindPatches(Stripes(size, hole), hole).empty());
}

}  // namespace
}  // namespace tapmask
