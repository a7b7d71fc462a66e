// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/mask_scale.h"

#include <cmath>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

TEST(ScaleMask, KeepsPlaceAndShapeWhenGrowing) {
  Mask small(100, 60);
  FillRect(small, {20, 10, 30, 20});

  const Mask large = ScaleMask(small, {225, 135});

  const Rect box = large.BoundingBox();
  EXPECT_NEAR(box.x, 45, 1);
  EXPECT_NEAR(box.y, 22.5, 1);
  EXPECT_NEAR(box.right(), 112.5, 1);
  EXPECT_NEAR(box.bottom(), 67.5, 1);
}

TEST(ScaleMask, ComesBackNearlyEqual) {
  Mask mask(320, 180);
  for (int y = 0; y < 180; ++y) {
    for (int x = 0; x < 320; ++x) {
      if (std::hypot(x - 130.0, y - 90.0) < 50) mask.MutableRow(y)[x] = 255;
    }
  }

  EXPECT_GT(IntersectionOverUnion(ScaleMask(ScaleMask(mask, {854, 480}), {320, 180}), mask), 0.99);
}

TEST(ScaleMask, KeepsFullMasksFullAndEmptyOnesEmpty) {
  EXPECT_EQ(ScaleMask(Mask(7, 5, 255), {64, 48}), Mask(64, 48, 255));
  EXPECT_EQ(ScaleMask(Mask(64, 48, 255), {7, 5}), Mask(7, 5, 255));
  EXPECT_TRUE(ScaleMask(Mask(64, 48), {7, 5}).Empty());
}

// A face of a few pixels must not vanish when it is made small.
TEST(ScaleMask, NeverLosesTheLastPixel) {
  Mask mask(1000, 1000);
  FillRect(mask, {777, 3, 1, 1});

  EXPECT_EQ(ScaleMask(mask, {100, 100}).Area(), 1);
}

}  // namespace
}  // namespace tapmask
