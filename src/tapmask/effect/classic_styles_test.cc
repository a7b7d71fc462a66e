// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/classic_styles.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tapmask/effect/kernel.h"
#include "tapmask/effect/redact.h"
#include "tapmask/effect/test_frames.h"

namespace tapmask {
namespace {

using test::Model;
using test::SampleAt;

TEST(BlurKernel, Is99At1080LinesAndScales) {
  EXPECT_EQ(BlurKernelSize({1920, 1080}), 99);
  EXPECT_EQ(BlurKernelSize({1080, 1920}), 99);
  EXPECT_EQ(BlurKernelSize({3840, 2160}), 199);
  EXPECT_EQ(BlurKernelSize({2, 2}), 3);
  EXPECT_NEAR(BlurSigma(Frame::Allocate({Model::kYuv, 8, 1, 0}, 1920, 1080), 0).x, 15.2, 1e-9);
  EXPECT_NEAR(BlurSigma(Frame::Allocate({Model::kYuv, 8, 1, 0}, 1920, 1080), 1).x, 7.6, 1e-9);
  EXPECT_NEAR(BlurSigma(Frame::Allocate({Model::kYuv, 8, 1, 0}, 1920, 1080), 1).y, 15.2, 1e-9);
}

// The fast blur stands for the plain one: a step of 200 levels becomes the error function.
TEST(GaussianStyle, IsTheGaussianOfItsKernel) {
  const Frame step = test::MakeFrame(
      {Model::kYuv, 16, 1, 1}, 1080, 1080,
      [](int plane, int x, int) { return x < (plane == 0 ? 540 : 270) ? 20 : 220; });
  Mask mask(1080, 1080);
  FillRect(mask, {400, 500, 280, 60});

  const Frame blurred = Redactor({RedactStyle::kGaussian, 0}).Apply(step, mask, false);

  for (int plane = 0; plane < 3; ++plane) {
    const double sigma = BlurSigma(step, plane).x;
    const int half = step.PlaneWidth(plane) / 2, y = step.PlaneHeight(plane) / 2;
    for (int x = half - half / 5; x < half + half / 5; ++x) {
      const double truth = 120 + 100 * std::erf((x + 0.5 - half) / (sigma * std::sqrt(2.0)));
      ASSERT_NEAR(SampleAt(blurred, plane, x, y) / 256.0, truth, 1.0) << plane << " " << x;
    }
  }
}

TEST(PixelateStyle, ShowsMeansOfWholeBlocksOnAFixedGrid) {
  std::mt19937 random(3);
  const Frame frame = test::RandomFrame({Model::kYuv, 8, 1, 1}, 100, 70, random);
  Mask mask(100, 70);
  FillRect(mask, {37, 21, 40, 30});
  ASSERT_EQ(PixelateBlock(frame.size()), 8);

  const Frame result = Redactor({RedactStyle::kPixelate, 0}).Apply(frame, mask, false);

  for (int plane = 0; plane < 3; ++plane) {
    const int side = plane == 0 ? 8 : 4;
    test::ForEachSample(frame, mask, [&](int p, int x, int y, bool hidden) {
      if (p != plane || !hidden) return;
      double sum = 0;
      int count = 0;
      for (int v = y / side * side; v < std::min(y / side * side + side, frame.PlaneHeight(p));
           ++v) {
        for (int u = x / side * side; u < std::min(x / side * side + side, frame.PlaneWidth(p));
             ++u) {
          sum += SampleAt(frame, p, u, v);
          ++count;
        }
      }
      ASSERT_NEAR(SampleAt(result, p, x, y), sum / count, 0.51);
    });
  }
}

TEST(PixelateStyle, HasBlocksThatScaleWithTheFrame) {
  EXPECT_EQ(PixelateBlock({1920, 1080}), 40);
  EXPECT_EQ(PixelateBlock({64, 48}), 8);
  EXPECT_EQ(PixelateBlock({3840, 2160}), 76);
}

TEST(ClassicStyles, FadeInOverTheFeatherAndNoFurther) {
  // Columns of 0 and 200 by turns: the effect is about 100 everywhere.
  const Frame frame = test::MakeFrame({Model::kGray, 8, 0, 0}, 200, 200,
                                      [](int, int x, int) { return x % 2 ? 200 : 0; });
  Mask mask(200, 200);
  FillRect(mask, {50, 50, 100, 100});
  for (const RedactStyle style : {RedactStyle::kGaussian, RedactStyle::kPixelate}) {
    const Frame result = Redactor({style, 4}).Apply(frame, mask, false);

    EXPECT_NEAR(SampleAt(result, 0, 50, 100), 20, 6);  // A fifth of the way.
    EXPECT_NEAR(SampleAt(result, 0, 52, 100), 60, 6);
    for (int x = 55; x < 145; ++x) EXPECT_NEAR(SampleAt(result, 0, x, 100), 100, 8) << x;
  }
}

}  // namespace
}  // namespace tapmask
