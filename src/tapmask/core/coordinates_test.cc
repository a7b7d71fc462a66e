// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/coordinates.h"

#include <gtest/gtest.h>

namespace tapmask {
namespace {

TEST(FrameGeometry, ShowsNonSquarePixelsStretchedInWidth) {
  const FrameGeometry geometry{{340, 256}, 0, {64, 51}};

  EXPECT_EQ(geometry.ShownSize(), (Size{427, 256}));
  EXPECT_EQ(geometry.MaskSize(), (Size{340, 256}));
}

TEST(FrameGeometry, TurnsAspectWithThePicture) {
  const FrameGeometry geometry{{720, 576}, 1, {16, 11}};

  EXPECT_EQ(geometry.MaskSize(), (Size{576, 720}));
  EXPECT_EQ(geometry.ShownSize(), (Size{396, 720}));
}

TEST(FrameGeometry, ConvertsPointsThereAndBack) {
  const FrameGeometry geometry{{340, 256}, 0, {64, 51}};

  const Point2f in_mask = geometry.MaskFromShown(Point2f{427, 256});
  EXPECT_DOUBLE_EQ(in_mask.x, 340);
  EXPECT_DOUBLE_EQ(in_mask.y, 256);
  const Point2f in_shown = geometry.ShownFromMask(geometry.MaskFromShown(Point2f{100.5, 20.25}));
  EXPECT_NEAR(in_shown.x, 100.5, 1e-9);
  EXPECT_NEAR(in_shown.y, 20.25, 1e-9);
}

TEST(FrameGeometry, RoundsBoxesOutwards) {
  const FrameGeometry geometry{{340, 256}, 0, {64, 51}};

  const Rect box = geometry.MaskFromShown(Rect{10, 20, 5, 5});

  EXPECT_EQ(box, (Rect{7, 20, 5, 5}));
}

TEST(FrameGeometry, TurnsMasksIntoTheCodedOrientationAndBack) {
  for (int turns = 0; turns < 4; ++turns) {
    const FrameGeometry geometry{{6, 4}, turns, {1, 1}};
    Mask upright(geometry.MaskSize().width, geometry.MaskSize().height);
    upright.MutableRow(0)[1] = 255;

    const Mask coded = geometry.CodedFromMask(upright);

    EXPECT_EQ(coded.size(), geometry.coded);
    EXPECT_EQ(geometry.MaskFromCoded(coded), upright);
  }
}

TEST(FrameGeometry, QuarterTurnIsClockwise) {
  // A phone held upright: the coded picture lies on its side and is turned clockwise to be shown,
  // so that its bottom left corner comes to the top left.
  const FrameGeometry geometry{{4, 2}, 1, {1, 1}};
  Mask coded(4, 2);
  coded.MutableRow(1)[0] = 255;

  EXPECT_TRUE(geometry.MaskFromCoded(coded).At(0, 0));
}

}  // namespace
}  // namespace tapmask
