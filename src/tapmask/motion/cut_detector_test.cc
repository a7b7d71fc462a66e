// SPDX-License-Identifier: Apache-2.0
#include "tapmask/motion/cut_detector.h"

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/motion/test_pictures.h"

namespace tapmask {
namespace {

using test::Picture;
using test::Texture;

constexpr int kWidth = 426, kHeight = 240;

// Shot `seed`, with the camera moved by (x, y), and grey values turned into gain * g + offset.
GrayImage Shot(uint32_t seed, double pan_x, double pan_y = 0, double gain = 1, double offset = 0) {
  return Picture(kWidth, kHeight, [=](int x, int y) {
    return gain * Texture(x + pan_x, y + pan_y, seed, 24) + offset;
  });
}

TEST(CutDetector, FindsTheFirstFrameOfANewShotAndNoOther) {
  CutDetector cuts;

  EXPECT_FALSE(cuts.Next(Shot(1, 0)));
  EXPECT_FALSE(cuts.Next(Shot(1, 3)));
  EXPECT_TRUE(cuts.Next(Shot(2, 0)));
  EXPECT_FALSE(cuts.Next(Shot(2, 3)));
  EXPECT_TRUE(cuts.Next(Shot(1, 6)));
}

TEST(CutDetector, FindsCutsInAShotOfOneFrame) {
  CutDetector cuts;
  cuts.Next(Shot(1, 0));

  EXPECT_TRUE(cuts.Next(Shot(2, 0)));
  EXPECT_TRUE(cuts.Next(Shot(3, 0)));
}

TEST(CutDetector, DoesNotSeeChangesOfLight) {
  CutDetector cuts;
  cuts.Next(Shot(1, 0));

  EXPECT_FALSE(cuts.Next(Shot(1, 2, 0, 0.5, 120)));  // A flash.
  EXPECT_FALSE(cuts.Next(Shot(1, 4)));
  EXPECT_FALSE(cuts.Next(Shot(1, 6, 0, 0.35, 0)));  // The light goes out.
}

TEST(CutDetector, ComparesWithTheLastFrameThatHadStructure) {
  CutDetector cuts;
  cuts.Next(Shot(1, 0));

  EXPECT_FALSE(cuts.Next(Picture(kWidth, kHeight, [](int, int) { return 255; })));
  EXPECT_FALSE(cuts.Next(Shot(1, 2)));
  EXPECT_FALSE(cuts.Next(Picture(kWidth, kHeight, [](int, int) { return 0; })));
  EXPECT_TRUE(cuts.Next(Shot(2, 0)));
}

TEST(CutDetector, FollowsAFastPan) {
  CutDetector cuts;
  cuts.Next(Shot(1, 0));

  for (int i = 1; i < 5; ++i) EXPECT_FALSE(cuts.Next(Shot(1, i * 130.0, i * 30.0))) << i;
}

TEST(CutDetector, DoesNotMistakeALargePassingObjectForACut) {
  CutDetector cuts;

  for (int i = 0; i < 10; ++i) {  // A wall that covers two thirds of the picture in 4 frames.
    const GrayImage frame = Picture(kWidth, kHeight, [=](int x, int y) {
      const int edge = i * 70;
      return x < edge && x > edge - 290 ? Texture(x - edge, y, 5, 20) : Texture(x, y, 1, 24);
    });
    EXPECT_FALSE(cuts.Next(frame)) << i;
  }
}

TEST(CutDetector, KnowsNothingOfFlatPictures) {
  CutDetector cuts;

  EXPECT_FALSE(cuts.Next(Picture(64, 48, [](int, int) { return 10; })));
  EXPECT_FALSE(cuts.Next(Picture(64, 48, [](int, int) { return 200; })));
}

TEST(CutDetector, WorksOnTinyAndOnLongPictures) {
  CutDetector tiny, lengthy;
  tiny.Next(Picture(16, 16, [](int x, int y) { return Texture(x, y, 1); }));
  lengthy.Next(Picture(2000, 16, [](int x, int y) { return Texture(x, y, 1); }));

  EXPECT_FALSE(tiny.Next(Picture(16, 16, [](int x, int y) { return Texture(x, y, 1); })));
  EXPECT_FALSE(lengthy.Next(Picture(2000, 16, [](int x, int y) { return Texture(x, y, 1); })));
}

TEST(CutDetector, RefusesAPictureWithoutPixels) {
  EXPECT_THROW(CutDetector().Next({}), Error);
}

}  // namespace
}  // namespace tapmask
