// SPDX-License-Identifier: Apache-2.0
// What the secure fill looks like; that it carries nothing is in redact_test.cc.
#include "tapmask/effect/secure_fill.h"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "tapmask/effect/redact.h"
#include "tapmask/effect/test_frames.h"

namespace tapmask {
namespace {

using test::Model;
using test::SampleAt;

constexpr PixelFormat kGray8{Model::kGray, 8, 0, 0};
constexpr PixelFormat kVideoFormat{Model::kYuv, 8, 1, 1};

Frame Fill(const Frame& frame, const Mask& mask) {
  return Redactor({RedactStyle::kSecure, 0}).Apply(frame, mask, false);
}

// Mean absolute difference between luma samples under the mask and their neighbours outside.
double BorderStep(const Frame& frame, const Mask& mask) {
  double sum = 0;
  int count = 0;
  for (int y = 0; y < mask.height(); ++y) {
    for (int x = 0; x < mask.width(); ++x) {
      if (!mask.At(x, y)) continue;
      const int neighbours[4][2] = {{x - 1, y}, {x + 1, y}, {x, y - 1}, {x, y + 1}};
      for (const auto& [u, v] : neighbours) {
        if (u < 0 || v < 0 || u >= mask.width() || v >= mask.height() || mask.At(u, v)) continue;
        sum += std::abs(SampleAt(frame, 0, x, y) - SampleAt(frame, 0, u, v));
        ++count;
      }
    }
  }
  return sum / count;
}

// Mean absolute difference of luma where `where` is set.
double Difference(const Frame& a, const Frame& b, const Mask& where) {
  double sum = 0;
  for (int y = 0; y < where.height(); ++y) {
    for (int x = 0; x < where.width(); ++x) {
      if (where.At(x, y)) sum += std::abs(SampleAt(a, 0, x, y) - SampleAt(b, 0, x, y));
    }
  }
  return sum / static_cast<double>(where.Area());
}

// Patches of light and dark, several pixels wide, in all directions.
double Waves(int x, int y) {
  return 120 + 45 * std::sin(x * 0.31 + 2 * std::sin(y * 0.07)) * std::cos(y * 0.23) +
         25 * std::sin(x * 0.9 + y * 1.1);
}

TEST(SecureFill, MeetsASmoothPictureWithoutAStep) {
  for (const Size size : {Size{320, 180}, Size{960, 540}, Size{1080, 1920}}) {
    const Frame frame = test::MakeFrame(
        kVideoFormat, size.width, size.height,
        [&](int, int x, int y) { return 40 + 0.12 * x + 70 * std::sin(y * 5.0 / size.height); });
    const Mask mask = test::Ellipse(size.width, size.height, size.width * 0.5, size.height * 0.45,
                                    size.width * 0.2, size.height * 0.3);

    EXPECT_LE(BorderStep(Fill(frame, mask), mask), 2.0);
  }
}

TEST(SecureFill, MeetsTheLocalMeanOfTexture) {
  const Frame frame = test::MakeFrame(kGray8, 400, 300,
                                      [](int, int x, int y) { return x % 2 == y % 2 ? 40 : 200; });
  const Mask mask = test::Ellipse(400, 300, 200, 150, 90, 70);

  const Frame filled = Fill(frame, mask);

  for (int y = 0; y < 300; ++y) {
    for (int x = 0; x < 400; ++x) {
      if (mask.At(x, y)) {
        ASSERT_NEAR(SampleAt(filled, 0, x, y), 120, 30) << x << "," << y;
      }
    }
  }
  EXPECT_NEAR(SampleAt(filled, 0, 200, 150), 120, 3);
}

// A plane with a slope is a membrane; blurring it changes nothing.
TEST(SecureFill, ContinuesASlope) {
  const Frame frame =
      test::MakeFrame(kGray8, 300, 200, [](int, int x, int) { return 30 + 0.5 * x; });
  const Mask mask = test::Ellipse(300, 200, 150, 100, 60, 50);

  const Frame filled = Fill(frame, mask);

  EXPECT_NEAR(Difference(filled, frame, mask), 0, 2.5);
}

TEST(SecureFill, DoesNotBoilOverSensorNoise) {
  std::mt19937 random(8);
  std::normal_distribution<double> noise(0, 2);
  const auto still = [&](int, int x, int y) { return Waves(x, y) + noise(random); };
  const Mask mask = test::Ellipse(480, 270, 250, 130, 60, 70);
  Frame before = test::MakeFrame(kGray8, 480, 270, still);
  for (int frame = 0; frame < 4; ++frame) {
    const Frame after = test::MakeFrame(kGray8, 480, 270, still);

    const double outside = Difference(before, after, Complement(mask));
    EXPECT_LE(Difference(Fill(before, mask), Fill(after, mask), mask), 0.25 * outside);

    before = after;
  }
}

TEST(SecureFill, DoesNotBoilWhenTheMaskJittersOverTexture) {
  std::mt19937 random(9);
  const Frame frame =
      test::MakeFrame(kGray8, 480, 270, [](int, int x, int y) { return Waves(x, y); });
  const Mask inside = test::Ellipse(480, 270, 250, 130, 56, 66);
  Frame before = Fill(frame, test::Ellipse(480, 270, 250, 130, 60, 70));
  for (int i = 0; i < 6; ++i) {
    const auto jitter = [&] { return static_cast<double>(random() % 3) - 1; };
    const Mask mask = test::Ellipse(480, 270, 250 + jitter(), 130 + jitter(), 60 + jitter() / 2,
                                    70 + jitter() / 2);
    const Frame after = Fill(frame, mask);

    EXPECT_LE(Difference(before, after, inside), 2.0);

    before = after;
  }
}

TEST(SecureFill, LeavesGrainThatKeepsSlowSlopesFromBanding) {
  const Frame frame =
      test::MakeFrame(kGray8, 400, 200, [](int, int x, int) { return 100 + x * 0.01; });
  const Mask mask = test::Ellipse(400, 200, 200, 100, 120, 80);

  const Frame filled = Fill(frame, mask);

  std::set<int> values;
  for (int x = 180; x < 220; ++x) values.insert(SampleAt(filled, 0, x, 100));
  EXPECT_GE(values.size(), 2u);
  EXPECT_LE(*values.rbegin() - *values.begin(), 3);
  EXPECT_TRUE(SameSamples(filled, Fill(frame, mask)));
}

// Each hole is filled from its own surroundings, also one between the frame's corner and another.
TEST(SecureFill, FillsEveryPartOfAMask) {
  const Frame frame =
      test::MakeFrame(kGray8, 301, 203, [](int, int x, int) { return x < 150 ? 60 : 180; });
  Mask mask(301, 203);
  FillRect(mask, {0, 0, 40, 30});
  FillRect(mask, {90, 80, 1, 1});
  FillRect(mask, {240, 150, 61, 53});
  FillRect(mask, {230, 20, 3, 60});

  const Frame filled = Fill(frame, mask);

  EXPECT_NEAR(SampleAt(filled, 0, 0, 0), 60, 2);
  EXPECT_NEAR(SampleAt(filled, 0, 90, 80), 60, 2);
  EXPECT_NEAR(SampleAt(filled, 0, 300, 202), 180, 2);
  EXPECT_NEAR(SampleAt(filled, 0, 231, 50), 180, 2);
}

}  // namespace
}  // namespace tapmask
