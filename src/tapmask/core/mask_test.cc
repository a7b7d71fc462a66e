// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/mask.h"

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

TEST(Mask, KnowsItsAreaAndBox) {
  Mask mask(10, 8);
  FillRect(mask, {2, 3, 4, 2});

  EXPECT_EQ(mask.Area(), 8);
  EXPECT_EQ(mask.BoundingBox(), (Rect{2, 3, 4, 2}));
  EXPECT_TRUE(Mask(10, 8).Empty());
  EXPECT_TRUE(Mask(10, 8).BoundingBox().Empty());
  EXPECT_TRUE(Mask().Empty());
}

TEST(Mask, ClipsFilledRectangles) {
  Mask mask(4, 4);
  FillRect(mask, {-5, -5, 7, 7});

  EXPECT_EQ(mask.BoundingBox(), (Rect{0, 0, 2, 2}));
}

TEST(Mask, DoesNotChangeCopies) {
  Mask mask(4, 4);
  const Mask copy = mask;
  FillRect(mask, {0, 0, 1, 1});

  EXPECT_TRUE(copy.Empty());
}

TEST(Mask, CountsTwoEmptyOnesAsEqual) {
  EXPECT_EQ(IntersectionOverUnion(Mask(3, 3), Mask(3, 3)), 1.0);
  EXPECT_EQ(IntersectionOverUnion(Mask(3, 3, 255), Mask(3, 3)), 0.0);
}

TEST(Mask, RefusesToCombineSizes) {
  EXPECT_THROW(Union(Mask(3, 3), Mask(3, 4)), Error);
}

TEST(Mask, FourQuarterTurnsGiveItBack) {
  Mask mask(5, 3);
  FillRect(mask, {1, 0, 3, 2});
  Mask turned = mask;
  for (int i = 0; i < 4; ++i) turned = Rotate(turned, 1);

  EXPECT_EQ(turned, mask);
  EXPECT_EQ(Rotate(mask, 3), Rotate(Rotate(Rotate(mask, 1), 1), 1));
  EXPECT_EQ(Rotate(mask, 2), Rotate(Rotate(mask, 1), 1));
}

}  // namespace
}  // namespace tapmask
