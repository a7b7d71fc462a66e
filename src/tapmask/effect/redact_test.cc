// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/redact.h"

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/effect/test_frames.h"

namespace tapmask {
namespace {

using test::AllFormats;
using test::ForEachSample;
using test::Model;
using test::SampleAt;

constexpr RedactStyle kStyles[] = {RedactStyle::kSecure, RedactStyle::kGaussian,
                                   RedactStyle::kPixelate, RedactStyle::kSolid};
constexpr Size kSizes[] = {{2, 2}, {1, 7}, {9, 5}, {33, 47}, {120, 68}};

Frame Apply(RedactStyle style, const Frame& frame, const Mask& mask, double feather_px = 0) {
  return Redactor({style, feather_px}).Apply(frame, mask, false);
}

// Another frame with the same samples outside the mask.
Frame WithOtherSamplesUnder(const Mask& mask, const Frame& frame, std::mt19937& random) {
  Frame other = frame;
  ForEachSample(frame, mask, [&](int plane, int x, int y, bool hidden) {
    if (!hidden) return;
    const auto value =
        static_cast<int>(random() & static_cast<unsigned>(frame.format().max_value()));
    test::SetSample(other, plane, x, y, value);
  });
  return other;
}

TEST(Redactor, SecureStyleCarriesNothingOfWhatIsUnderTheMask) {
  std::mt19937 random(20240601);
  int blurs_that_differ = 0;
  for (const PixelFormat& format : AllFormats()) {
    for (const Size& size : kSizes) {
      for (int round = 0; round < 4; ++round) {
        const Frame frame = test::RandomFrame(format, size.width, size.height, random);
        const Mask mask = test::RandomMask(size.width, size.height, random);
        const Frame other = WithOtherSamplesUnder(mask, frame, random);

        ASSERT_TRUE(SameSamples(Apply(RedactStyle::kSecure, frame, mask),
                                Apply(RedactStyle::kSecure, other, mask)))
            << test::Name(format) << " " << size.width << "x" << size.height;
        // The control: a style that is not secure fails the same test.
        blurs_that_differ += !SameSamples(Apply(RedactStyle::kGaussian, frame, mask),
                                          Apply(RedactStyle::kGaussian, other, mask));
      }
    }
  }
  EXPECT_GT(blurs_that_differ, 200);  // Of 320; the others hide a plain or a single sample.
}

// In a large frame the blur is made on a coarser grid.
TEST(Redactor, SecureStyleCarriesNothingInLargeFramesEither) {
  std::mt19937 random(77);
  for (const PixelFormat& format :
       {PixelFormat{Model::kYuv, 8, 1, 1}, PixelFormat{Model::kYuv, 10, 1, 0},
        PixelFormat{Model::kYuv, 8, 2, 0}}) {
    const Frame frame = test::RandomFrame(format, 1201, 903, random);
    Mask mask = test::Ellipse(1201, 903, 500.3, 400.2, 301, 203);
    FillRect(mask, {900, 700, 301, 203});
    FillRect(mask, {600, 390, 3, 7});
    const Frame other = WithOtherSamplesUnder(mask, frame, random);

    EXPECT_TRUE(SameSamples(Apply(RedactStyle::kSecure, frame, mask),
                            Apply(RedactStyle::kSecure, other, mask)));
    EXPECT_FALSE(SameSamples(Apply(RedactStyle::kGaussian, frame, mask),
                             Apply(RedactStyle::kGaussian, other, mask)));
  }
}

TEST(Redactor, SecureStyleDoesNotTellExtremesUnderTheMaskApart) {
  std::mt19937 random(5);
  for (const PixelFormat& format : AllFormats()) {
    const Frame frame = test::RandomFrame(format, 64, 48, random);
    const Mask mask = test::Ellipse(64, 48, 30, 22, 17.5, 13);
    Frame black = frame, white = frame;
    ForEachSample(frame, mask, [&](int plane, int x, int y, bool hidden) {
      if (!hidden) return;
      test::SetSample(black, plane, x, y, 0);
      test::SetSample(white, plane, x, y, format.max_value());
    });

    EXPECT_TRUE(SameSamples(Apply(RedactStyle::kSecure, black, mask),
                            Apply(RedactStyle::kSecure, white, mask)))
        << test::Name(format);
  }
}

TEST(Redactor, NeverTouchesASampleOutsideTheMask) {
  std::mt19937 random(11);
  for (const RedactStyle style : kStyles) {
    for (const PixelFormat& format : AllFormats()) {
      for (const Size& size : kSizes) {
        const Frame frame = test::RandomFrame(format, size.width, size.height, random);
        const Mask mask = test::RandomMask(size.width, size.height, random);

        const Frame result = Apply(style, frame, mask, 3);

        int changed = 0;
        ForEachSample(frame, mask, [&](int plane, int x, int y, bool hidden) {
          changed += !hidden && SampleAt(frame, plane, x, y) != SampleAt(result, plane, x, y);
        });
        ASSERT_EQ(changed, 0) << RedactStyleName(style) << " " << test::Name(format);
      }
    }
  }
}

TEST(Redactor, HidesEverySampleThatTouchesTheMask) {
  for (const PixelFormat& format : AllFormats()) {
    // What must go is far from all that is around it.
    const Mask mask = test::Ellipse(60, 44, 29.3, 21.7, 14, 9);
    const Frame grey = test::MakeFrame(format, 60, 44, [](int, int, int) { return 100; });
    Frame frame = grey;
    ForEachSample(frame, mask, [&](int plane, int x, int y, bool hidden) {
      if (hidden) test::SetSample(frame, plane, x, y, format.max_value());
    });

    const Frame secure = Apply(RedactStyle::kSecure, frame, mask);
    const Frame solid = Apply(RedactStyle::kSolid, frame, mask);

    const int half_level = 1 << (format.bits - 8);
    ForEachSample(frame, mask, [&](int plane, int x, int y, bool hidden) {
      ASSERT_NEAR(SampleAt(secure, plane, x, y), SampleAt(grey, plane, x, y), half_level + 1)
          << test::Name(format) << " plane " << plane << " at " << x << "," << y;
      ASSERT_EQ(SampleAt(solid, plane, x, y) != SampleAt(frame, plane, x, y), hidden);
    });
  }
}

TEST(Redactor, GivesTheFrameItselfWhenTheMaskIsEmpty) {
  std::mt19937 random(1);
  Frame frame = test::RandomFrame({Model::kYuv, 10, 1, 1}, 20, 10, random);
  frame.index = 7;
  frame.pts = 1234;

  for (const RedactStyle style : kStyles) {
    const Frame result = Apply(style, frame, Mask(20, 10));

    EXPECT_EQ(result.Data(0), frame.Data(0));
    EXPECT_EQ(result.pts, 1234);
  }
}

TEST(Redactor, LeavesItsInputAloneAndKeepsTheTimes) {
  std::mt19937 random(2);
  Frame frame = test::RandomFrame({Model::kYuv, 8, 1, 1}, 32, 24, random);
  frame.index = 3;
  frame.pts = 99;
  frame.duration = 33;
  frame.field_order = FieldOrder::kTopFieldFirst;
  Frame before = frame;
  before.MutableData(0);  // A copy of its own.

  const Frame result = Apply(RedactStyle::kSolid, frame, test::Ellipse(32, 24, 16, 12, 6, 6));

  EXPECT_TRUE(SameSamples(frame, before));
  EXPECT_FALSE(SameSamples(frame, result));
  EXPECT_EQ(result.index, 3);
  EXPECT_EQ(result.pts, 99);
  EXPECT_EQ(result.duration, 33);
  EXPECT_EQ(result.field_order, FieldOrder::kTopFieldFirst);
}

TEST(Redactor, RefusesAMaskOfAnotherSize) {
  const Frame frame = Frame::Allocate({Model::kYuv, 8, 1, 1}, 16, 16);

  EXPECT_THROW(Apply(RedactStyle::kSecure, frame, Mask(16, 8, 255)), Error);
}

TEST(Redactor, SecureStyleMakesAWhollyHiddenFrameMidGrey) {
  std::mt19937 random(4);
  for (const PixelFormat& format : AllFormats()) {
    const Frame frame = test::RandomFrame(format, 17, 9, random);
    const Mask mask(17, 9, 255);

    const Frame result = Apply(RedactStyle::kSecure, frame, mask);

    ForEachSample(frame, mask, [&](int plane, int x, int y, bool) {
      ASSERT_EQ(SampleAt(result, plane, x, y), 1 << (format.bits - 1)) << test::Name(format);
    });
  }
}

// All luma but one sample of each block may stay, and yet no chroma sample is outside the mask.
TEST(Redactor, SecureStyleMakesChromaGreyWhenTheMaskTouchesAllOfIt) {
  std::mt19937 random(6);
  const Frame frame = test::RandomFrame({Model::kYuv, 8, 1, 1}, 16, 16, random);
  Mask mask(16, 16);
  for (int y = 0; y < 16; y += 2) {
    for (int x = 0; x < 16; x += 2) mask.MutableRow(y)[x] = 255;
  }

  const Frame result = Apply(RedactStyle::kSecure, frame, mask);

  ForEachSample(frame, mask, [&](int plane, int x, int y, bool) {
    if (plane > 0) {
      ASSERT_EQ(SampleAt(result, plane, x, y), 128);
    }
  });
}

TEST(Redactor, SolidStyleIsBlackInEachRange) {
  const auto first = [](const PixelFormat& format, bool full_range, int plane) {
    const Frame frame = test::MakeFrame(format, 4, 4, [](int, int, int) { return 77; });
    const Frame black =
        Redactor({RedactStyle::kSolid, 0}).Apply(frame, Mask(4, 4, 255), full_range);
    return SampleAt(black, plane, 0, 0);
  };
  EXPECT_EQ(first({Model::kYuv, 8, 1, 1}, false, 0), 16);
  EXPECT_EQ(first({Model::kYuv, 8, 1, 1}, false, 1), 128);
  EXPECT_EQ(first({Model::kYuv, 8, 1, 1}, true, 0), 0);
  EXPECT_EQ(first({Model::kYuv, 8, 1, 1}, true, 2), 128);
  EXPECT_EQ(first({Model::kYuv, 10, 1, 0}, false, 0), 64);
  EXPECT_EQ(first({Model::kYuv, 10, 1, 0}, false, 2), 512);
  EXPECT_EQ(first({Model::kGray, 12, 0, 0}, false, 0), 256);
  EXPECT_EQ(first({Model::kRgb, 8, 0, 0}, false, 0), 0);
  EXPECT_EQ(first({Model::kRgb, 8, 0, 0}, true, 2), 0);
}

TEST(RedactStyle, HasANameForEach) {
  for (const RedactStyle style : kStyles) {
    EXPECT_EQ(RedactStyleFromName(RedactStyleName(style)), style);
  }
  EXPECT_EQ(RedactStyleFromName("blur"), std::nullopt);
  EXPECT_EQ(RedactStyleFromName(""), std::nullopt);
}

}  // namespace
}  // namespace tapmask
