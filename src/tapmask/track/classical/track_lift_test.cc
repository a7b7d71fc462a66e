// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/track_lift.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace tapmask {
namespace {

// A dark disc on light ground, larger than the grid.
constexpr int kFullWidth = 640, kFullHeight = 480;

bool InDisc(double x, double y) {
  return std::hypot(x - 301, y - 243) <= 90;
}

WorkingFrame DiscFrame(bool visible) {
  std::vector<uint8_t> samples;
  for (int y = 0; y < kFullHeight; ++y) {
    for (int x = 0; x < kFullWidth; ++x) {
      const bool dark = visible && InDisc(x, y);
      samples.insert(samples.end(), 3, dark ? uint8_t{60} : uint8_t{190});
    }
  }
  return MakeWorkingFrame(BgrImage(kFullWidth, kFullHeight, std::move(samples)));
}

// The disc on the grid, moved by `dx` grid pixels.
cv::Mat GridDisc(int dx) {
  cv::Mat p(240, 320, CV_32F, cv::Scalar(0));
  for (int y = 0; y < p.rows; ++y) {
    for (int x = 0; x < p.cols; ++x) p.at<float>(y, x) = InDisc(2 * (x - dx) + 0.5, 2 * y + 0.5);
  }
  return p;
}

Mask TrueDisc() {
  Mask mask(kFullWidth, kFullHeight);
  for (int y = 0; y < kFullHeight; ++y) {
    uint8_t* row = mask.MutableRow(y);
    for (int x = 0; x < kFullWidth; ++x) row[x] = InDisc(x, y) ? 255 : 0;
  }
  return mask;
}

const cv::Rect kAll(0, 0, 320, 240);

TEST(LiftToFrame, DrawsTheBorderWhereTheFrameHasIt) {
  const WorkingFrame frame = DiscFrame(true);

  EXPECT_GT(IntersectionOverUnion(LiftToFrame(GridDisc(0), kAll, frame), TrueDisc()), 0.995);
  EXPECT_GT(IntersectionOverUnion(LiftToFrame(GridDisc(1), kAll, frame), TrueDisc()), 0.99);
}

TEST(LiftToFrame, KeepsTheMasksBorderWhereTheFrameHasNone) {
  const Mask lifted = LiftToFrame(GridDisc(0), kAll, DiscFrame(false));

  EXPECT_GT(IntersectionOverUnion(lifted, TrueDisc()), 0.97);
}

TEST(LiftToFrame, SetsNothingOutsideOfTheBox) {
  const Mask lifted = LiftToFrame(GridDisc(0), {100, 100, 40, 50}, DiscFrame(true));

  EXPECT_FALSE(lifted.Empty());
  EXPECT_EQ(Unite(lifted.BoundingBox(), {200, 200, 80, 100}), (Rect{200, 200, 80, 100}));
}

TEST(LiftToFrame, IsEmptyForAnEmptyBox) {
  const Mask lifted = LiftToFrame(GridDisc(0), cv::Rect(), DiscFrame(true));

  EXPECT_TRUE(lifted.Empty());
  EXPECT_EQ(lifted.size(), (Size{kFullWidth, kFullHeight}));
}

TEST(TrackGridSize, HasAShortSideOf240ForAnyFrame) {
  EXPECT_EQ(TrackGridSize({854, 480}), (Size{427, 240}));
  EXPECT_EQ(TrackGridSize({480, 854}), (Size{240, 427}));
  EXPECT_EQ(TrackGridSize({16, 16}), (Size{240, 240}));
  EXPECT_EQ(TrackGridSize({8192, 16}), (Size{1024, 16}));
}

TEST(GridFromMask, KeepsSomethingOfATinyMask) {
  Mask mask(kFullWidth, kFullHeight);
  FillRect(mask, {100, 100, 1, 1});

  EXPECT_EQ(cv::countNonZero(GridFromMask(mask, {320, 240})), 1);
  EXPECT_EQ(cv::countNonZero(GridFromMask(Mask(kFullWidth, kFullHeight), {320, 240})), 0);
}

}  // namespace
}  // namespace tapmask
