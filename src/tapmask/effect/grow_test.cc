// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/grow.h"

#include <random>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

Mask RandomMask(int width, int height, unsigned seed, unsigned one_in) {
  std::mt19937 random(seed);
  Mask mask(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) mask.MutableRow(y)[x] = random() % one_in == 0 ? 255 : 0;
  }
  return mask;
}

bool NearAny(const Mask& mask, int x, int y, double radius) {
  for (int v = 0; v < mask.height(); ++v) {
    for (int u = 0; u < mask.width(); ++u) {
      const int dx = x - u, dy = y - v;
      if (mask.At(u, v) && dx * dx + dy * dy <= radius * radius) return true;
    }
  }
  return false;
}

TEST(Grow, SetsExactlyThePixelsWithinTheRadius) {
  for (const double radius : {0.0, 0.5, 1.0, 1.5, 2.0, 5.0, 6.3, 100.0}) {
    for (const unsigned one_in : {40u, 300u}) {
      const Mask mask = RandomMask(31, 23, 7, one_in);

      const Mask grown = Grow(mask, radius);

      for (int y = 0; y < mask.height(); ++y) {
        for (int x = 0; x < mask.width(); ++x) {
          ASSERT_EQ(grown.At(x, y), NearAny(mask, x, y, radius))
              << "radius " << radius << " at " << x << "," << y;
        }
      }
    }
  }
}

TEST(Grow, GivesTheMaskItselfForNoRadius) {
  const Mask mask = RandomMask(9, 9, 1, 4);

  EXPECT_EQ(Grow(mask, 0), mask);
  EXPECT_EQ(Grow(mask, -3), mask);
  EXPECT_TRUE(Grow(Mask(9, 9), 5).Empty());
  EXPECT_TRUE(Grow(Mask(), 5).Empty());
}

TEST(Shrink, KeepsThePixelsFurtherThanTheRadiusFromEveryOther) {
  const Mask mask = RandomMask(31, 23, 3, 2);
  const Mask thick = Grow(mask, 2);
  for (const double radius : {1.0, 2.0, 3.5}) {
    const Mask shrunk = Shrink(thick, radius);
    const Mask outside = Complement(thick);

    for (int y = 0; y < mask.height(); ++y) {
      for (int x = 0; x < mask.width(); ++x) {
        ASSERT_EQ(shrunk.At(x, y), thick.At(x, y) && !NearAny(outside, x, y, radius));
      }
    }
  }
}

TEST(Shrink, DoesNotCountTheFramesEdgeAsOutside) {
  const Mask whole(8, 6, 255);

  EXPECT_EQ(Shrink(whole, 3), whole);
}

TEST(AutoGrow, IsAPartOfTheHeightAndAtLeastFourPixels) {
  EXPECT_EQ(AutoGrowPx(240), 4);
  EXPECT_EQ(AutoGrowPx(1080), 8);
  EXPECT_EQ(AutoGrowPx(2160), 15);
}

}  // namespace
}  // namespace tapmask
