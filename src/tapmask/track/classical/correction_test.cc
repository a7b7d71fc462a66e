// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/correction.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include "tapmask/track/classical/region.h"
#include "tapmask/track/classical/test_frames.h"
#include "tapmask/track/synthetic_scene.h"

namespace tapmask {
namespace {

// Two red discs, left and right, and a current mask that holds the left one and, wrongly, a square
// of background above it.

class CorrectTest : public testing::Test {
 protected:
  static constexpr Size kSize{320, 240};
  const Shape left_ = DiscAt(90, 140, 35), right_ = DiscAt(230, 140, 35);
  const TapPyramid pyramid_ =
      MakeTapPyramid({0, 0,
                      Paint(kSize,
                            [this](int x, int y) {
                              return left_(x + 0.5, y + 0.5) || right_(x + 0.5, y + 0.5)
                                         ? Texture({60, 70, 190}, 35, 6, 2, x, y)
                                         : Texture({80, 140, 90}, 45, 5, 1, x, y);
                            })},
                     {}, 1);
  const cv::Point tap_{90, 140};
  const cv::Mat disc_ = test::RegionOf(kSize, left_);
  const TapSeeds seeds_{{tap_}, {}};

  cv::Mat CorrectAt(const cv::Mat& current, cv::Point point, bool is_object) const {
    return Correct(pyramid_, current, {}, tap_, seeds_, {point, is_object}, 1);
  }
};

TEST_F(CorrectTest, AddsAThingThatStandsApart) {
  const cv::Mat corrected = CorrectAt(disc_, {230, 140}, true);

  EXPECT_GT(RegionOverlap(corrected, disc_ | test::RegionOf(kSize, right_)), 0.9);
  EXPECT_EQ(cv::countNonZero(disc_ & ~corrected), 0);  // Nothing was taken away.
}

TEST_F(CorrectTest, TakesAwayBackgroundThatWasTakenIn) {
  const cv::Mat square = test::RegionOf(
      kSize, [](double x, double y) { return x > 70 && x < 110 && y > 60 && y < 104; });

  const cv::Mat corrected = CorrectAt(disc_ | square, {90, 82}, false);

  EXPECT_GT(RegionOverlap(corrected, disc_), 0.85);
  EXPECT_EQ(cv::countNonZero(corrected & ~(disc_ | square)), 0);  // Nothing was added.
}

TEST_F(CorrectTest, ChangesOnlyOneConnectedRegionAtThePoint) {
  const cv::Mat nibbled = disc_ & ~test::RegionOf(kSize, DiscAt(90, 120, 12));

  const cv::Mat corrected = CorrectAt(nibbled, {90, 120}, true);

  const cv::Mat change = corrected != nibbled;
  cv::Mat labels;
  EXPECT_EQ(cv::connectedComponents(change, labels, 8), 2);  // Unchanged, and one region.
  EXPECT_NE(change.at<uint8_t>(120, 90), 0);
  EXPECT_GT(RegionOverlap(corrected, disc_), RegionOverlap(nibbled, disc_));
}

TEST_F(CorrectTest, LeavesTheMaskAloneWhenThePointIsOnItsSide) {
  EXPECT_EQ(cv::norm(CorrectAt(disc_, {95, 150}, true), disc_, cv::NORM_INF), 0);
  EXPECT_EQ(cv::norm(CorrectAt(disc_, {10, 10}, false), disc_, cv::NORM_INF), 0);
}

TEST_F(CorrectTest, NeverTakesAnEarlierPointAway) {
  const cv::Mat corrected = CorrectAt(disc_, {93, 140}, false);

  EXPECT_EQ(corrected.at<uint8_t>(140, 93), 0);
  EXPECT_NE(corrected.at<uint8_t>(tap_), 0);
}

}  // namespace
}  // namespace tapmask
