// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/tap_motion.h"

#include <cmath>

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include "tapmask/track/synthetic_scene.h"

namespace tapmask {
namespace {

constexpr double kRadius = 30;

// A disc that moves 3 pixels a frame to the right over a background that the camera pans over.
cv::Mat Grey(int time) {
  const double x = 100 + 3.0 * time, pan = 2.0 * time;
  const Shape disc = DiscAt(x, 80, kRadius);
  cv::Mat grey(160, 240, CV_8UC1);
  for (int row = 0; row < grey.rows; ++row) {
    for (int column = 0; column < grey.cols; ++column) {
      const bool inside = disc(column + 0.5, row + 0.5);
      const Colour c = inside ? Texture({110, 110, 110}, 90, 12, 8, column - x, row)
                              : Texture({120, 120, 120}, 90, 14, 9, column + pan, row);
      grey.at<uint8_t>(row, column) = cv::saturate_cast<uint8_t>(c.green);
    }
  }
  return grey;
}

// The share of pixels of a ring around the disc's centre that move.
double MovingShare(const TapMotion::Gap& gap, double from_radius, double to_radius) {
  int moving = 0, count = 0;
  for (int y = 0; y < gap.residual.rows; ++y) {
    for (int x = 0; x < gap.residual.cols; ++x) {
      const double distance = std::hypot(x + 0.5 - 100, y + 0.5 - 80);
      if (distance < from_radius || distance >= to_radius) continue;
      ++count;
      moving += cv::norm(gap.residual.at<cv::Vec2f>(y, x)) > 1.5 * gap.noise;
    }
  }
  return static_cast<double>(moving) / count;
}

TEST(MeasureTapMotion, SeesWhatMovesAgainstAPanningCamera) {
  const TapMotion motion = MeasureTapMotion(Grey(0), {{-3, Grey(-3)}, {3, Grey(3)}}, 1);

  ASSERT_EQ(motion.gaps.size(), 1u);
  EXPECT_GT(MovingShare(motion.gaps[0], 0, kRadius - 4), 0.95);
  EXPECT_LT(MovingShare(motion.gaps[0], kRadius + 12, 200), 0.05);
  // The disc moves by 5 pixels a frame against the background, to the right.
  EXPECT_NEAR(motion.gaps[0].residual.at<cv::Vec2f>(80, 100)[0], 15, 1.5);
}

// Regression: with one neighbour, the background that the object is about to hide moves with it.
TEST(MeasureTapMotion, HasLessHaloWithNeighboursOnBothSides) {
  const TapMotion one = MeasureTapMotion(Grey(0), {{6, Grey(6)}}, 1);
  const TapMotion both = MeasureTapMotion(Grey(0), {{-6, Grey(-6)}, {6, Grey(6)}}, 1);

  const double halo_of_one = MovingShare(one.gaps[0], kRadius + 3, kRadius + 16);
  const double halo_of_both = MovingShare(both.gaps[0], kRadius + 3, kRadius + 16);
  EXPECT_GT(halo_of_one, 0.2);
  EXPECT_LT(halo_of_both, 0.5 * halo_of_one);
}

TEST(MeasureTapMotion, SortsGapsByDistanceAndKeepsTheNearestThree) {
  const cv::Mat grey = Grey(0);

  const TapMotion motion =
      MeasureTapMotion(grey, {{-9, grey}, {-4, Grey(-4)}, {1, Grey(1)}, {2, Grey(2)}}, 2);

  ASSERT_EQ(motion.gaps.size(), 3u);
  const auto right = [&](size_t i) { return motion.gaps[i].residual.at<cv::Vec2f>(80, 100)[0]; };
  EXPECT_LT(right(0), right(1));
  EXPECT_LT(right(1), right(2));
}

TEST(MeasureTapMotion, FindsNothingWithoutNeighboursOrInTinyPictures) {
  EXPECT_TRUE(MeasureTapMotion(Grey(0), {}, 1).gaps.empty());
  const cv::Mat tiny = Grey(0)(cv::Rect(0, 0, 47, 160)).clone();
  EXPECT_TRUE(MeasureTapMotion(tiny, {{1, tiny}}, 1).gaps.empty());
}

}  // namespace
}  // namespace tapmask
