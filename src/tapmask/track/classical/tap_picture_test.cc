// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/tap_picture.h"

#include <gtest/gtest.h>

#include "tapmask/track/classical/colour_model.h"
#include "tapmask/track/synthetic_scene.h"

namespace tapmask {
namespace {

TEST(TapPicture, HasAShortSideOfAtMost240) {
  EXPECT_EQ(TapGridSize({854, 480}), (Size{427, 240}));
  EXPECT_EQ(TapGridSize({480, 854}), (Size{240, 427}));
  EXPECT_EQ(TapGridSize({8192, 16}), (Size{8192, 16}));
  EXPECT_EQ(TapGridSize({100, 100}), (Size{100, 100}));
}

TEST(TapPicture, FindsTheGridPixelOfAPlace) {
  const Size frame{854, 480};
  const cv::Size grid(427, 240);

  EXPECT_EQ(TapGridPixel({0, 0}, frame, grid), cv::Point(0, 0));
  EXPECT_EQ(TapGridPixel({1.9, 2.0}, frame, grid), cv::Point(0, 1));
  EXPECT_EQ(TapGridPixel({854, 480}, frame, grid), cv::Point(426, 239));
}

TEST(TapPicture, ComesInTwoSizes) {
  const DiscScene scene{.size = {501, 333}};

  const TapPyramid pyramid = MakeTapPyramid(scene.Frame(10), std::vector{scene.Frame(11)}, 1);

  EXPECT_EQ(pyramid.full.size(), cv::Size(361, 240));
  EXPECT_EQ(pyramid.half.size(), cv::Size(181, 120));
  ASSERT_EQ(pyramid.half.motion.gaps.size(), 1u);
  EXPECT_EQ(pyramid.half.motion.gaps[0].residual.size(), pyramid.half.size());
}

TEST(ColourCount, SpreadsColoursAndNeverGivesZero) {
  ColourCount red;
  red.Add(8 << 8 | 8 << 4 | 8, 5);
  ColourCount blue;
  blue.Add(0, 1);

  const auto p = red.Distribution(), q = blue.Distribution();

  EXPECT_NEAR(p[8 << 8 | 8 << 4 | 8], 1.0 / 8, 1e-3);  // 1/2 along each axis.
  EXPECT_NEAR(p[9 << 8 | 8 << 4 | 8], 1.0 / 16, 1e-3);
  EXPECT_GT(p[0], 0.0f);
  EXPECT_NEAR(Intersection(p, p), 1, 0.1);
  EXPECT_LT(Intersection(p, q), 0.1f);
}

}  // namespace
}  // namespace tapmask
