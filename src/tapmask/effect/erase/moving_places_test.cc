// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/moving_places.h"

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/effect/eraser.h"
#include "tapmask/effect/test_frames.h"

namespace tapmask {
namespace {

constexpr int kFilmWidth = 200, kFilmHeight = 120, kFilmFrames = 24;
constexpr int kHoleLeft = 90, kHoleWidth = 24;
constexpr int kTop = 30, kBottom = 90, kLength = 70;  // Of what passes.
constexpr double kSpeed = 4;                          // Pixels a frame.

double Smooth(uint32_t seed, double x, double y, double cell) {
  const auto value = [&](int ix, int iy) {
    uint32_t h =
        seed + static_cast<uint32_t>(ix) * 0x85EBCA77u + static_cast<uint32_t>(iy) * 0xC2B2AE3Du;
    h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
    return static_cast<double>((h ^ (h >> 13)) & 0xFF);
  };
  const int ix = static_cast<int>(std::floor(x / cell)),
            iy = static_cast<int>(std::floor(y / cell));
  const double fx = x / cell - ix, fy = y / cell - iy;
  return (value(ix, iy) * (1 - fx) + value(ix + 1, iy) * fx) * (1 - fy) +
         (value(ix, iy + 1) * (1 - fx) + value(ix + 1, iy + 1) * fx) * fy;
}

double Left(int frame) {
  return 20 + kSpeed * frame;
}

bool IsOnIt(int frame, int x, int y) {
  return y >= kTop && y < kBottom && x >= Left(frame) && x < Left(frame) + kLength;
}

// A background that moves to the left, before which a patch of another texture moves to the right.
Frame Picture(int index, double pan) {
  const PixelFormat gray{PixelFormat::Model::kGray, 8, 0, 0};
  Frame frame = test::MakeFrame(gray, kFilmWidth, kFilmHeight, [&](int, int x, int y) {
    return IsOnIt(index, x, y) ? 100 + 0.6 * Smooth(7, x - Left(index), y, 8)
                               : 20 + 0.4 * Smooth(1, x + pan * index, y, 8);
  });
  frame.index = index;
  return frame;
}

Mask Strip() {
  Mask mask(kFilmWidth, kFilmHeight);
  FillRect(mask, {kHoleLeft, 10, kHoleWidth, 100});
  return mask;
}

// `hidden`: what is under the mask.
std::vector<ErasedFrame> EraseStrip(int hidden, double pan) {
  const auto eraser = MakeClassicalEraser({});
  const Mask strip = Strip();
  for (int i = 0; i < kFilmFrames; ++i) {
    Frame frame = Picture(i, pan);
    test::ForEachSample(frame, strip, [&](int plane, int x, int y, bool is_hidden) {
      if (is_hidden) test::SetSample(frame, plane, x, y, (hidden * (x + 3 * y + i)) & 255);
    });
    eraser->Push(frame, strip, true);
  }
  eraser->Finish();
  std::vector<ErasedFrame> erased;
  while (auto e = eraser->Pop()) erased.push_back(std::move(*e));
  return erased;
}

TEST(MovingPlaces, WhatPassesBehindAHoleIsWhole) {
  const std::vector<ErasedFrame> erased = EraseStrip(0, 0);

  ASSERT_EQ(erased.size(), static_cast<size_t>(kFilmFrames));
  double sum = 0, count = 0;
  for (int i = 4; i < kFilmFrames - 4; ++i) {
    const Frame truth = Picture(i, 0);
    for (int y = kTop + 3; y < kBottom - 3; ++y) {
      for (int x = kHoleLeft; x < kHoleLeft + kHoleWidth; ++x) {
        const double d = truth.Row<uint8_t>(0, y)[x] -
                         erased[static_cast<size_t>(i)].frame.Row<uint8_t>(0, y)[x];
        sum += d * d, ++count;
      }
    }
  }
  ASSERT_GT(count, 1000);
  EXPECT_GT(10 * std::log10(255 * 255 * count / sum), 20);  // 18.3 without layers.
}

// The strip is never in sight, and what passed behind it must not stay there.
TEST(MovingPlaces, WhatHasPassedLeavesNothingBehind) {
  const PixelFormat gray{PixelFormat::Model::kGray, 8, 0, 0};
  const auto eraser = MakeClassicalEraser({});
  constexpr int kStrip = 24, kPasses = 48, kAfterwards = 8;
  Mask strip(kFilmWidth, kFilmHeight);
  FillRect(strip, {kHoleLeft, 0, kStrip, kFilmHeight});
  const auto left = [](int frame) { return -kLength + 4 * frame; };  // White, on a dark ground.
  for (int i = 0; i < kPasses + kAfterwards; ++i) {
    Frame frame = test::MakeFrame(gray, kFilmWidth, kFilmHeight, [&](int, int x, int y) {
      const bool is_on_it = y >= kTop && y < kBottom && x >= left(i) && x < left(i) + kLength;
      return is_on_it ? 190 + 0.25 * Smooth(7, x - left(i), y, 8) : 0.2 * Smooth(1, x, y, 8);
    });
    frame.index = i;
    eraser->Push(frame, strip, true);
  }
  eraser->Finish();
  std::vector<ErasedFrame> erased;
  while (auto e = eraser->Pop()) erased.push_back(std::move(*e));

  bool was_there = false;
  for (int i = 0; i < kPasses + kAfterwards; ++i) {
    const uint8_t* row = erased[static_cast<size_t>(i)].frame.Row<uint8_t>(0, (kTop + kBottom) / 2);
    const int seen = row[kHoleLeft + kStrip / 2];
    was_there = was_there || seen > 150;
    if (left(i) > kHoleLeft + kStrip + 8) {
      EXPECT_LT(seen, 80) << "frame " << i;
    }
  }
  EXPECT_TRUE(was_there);
}

// The camera pans, stands, and pans again; with little memory the eraser looks 4 frames far.
TEST(MovingPlaces, DependOnNeitherTheMaskedNorTheThreadsWhenTheCameraStops) {
  const PixelFormat gray{PixelFormat::Model::kGray, 8, 0, 0};
  constexpr int kAll = 44;
  const auto film = [&](unsigned under_mask, const ClassicalEraserOptions& options) {
    const auto eraser = MakeClassicalEraser(options);
    std::vector<ErasedFrame> erased;
    const auto take = [&] {
      while (auto e = eraser->Pop()) erased.push_back(std::move(*e));
    };
    for (int i = 0; i < kAll; ++i) {
      const double pan = i < 12 ? 2 * i : i < 32 ? 24 : 24 + 2 * (i - 32);
      const double patch = 3 * (i % 60) - 30;
      Frame frame = test::MakeFrame(gray, 120, 90, [&](int, int x, int y) {
        const bool is_on_it = y >= 40 && y < 62 && x >= patch && x < patch + 30;
        return is_on_it ? 100 + 0.6 * Smooth(7, x - patch, y, 8) : 0.4 * Smooth(1, x + pan, y, 8);
      });
      Mask mask(120, 90);
      FillRect(mask, {50, 20, 14, 55});
      test::ForEachSample(frame, mask, [&](int plane, int x, int y, bool is_hidden) {
        if (is_hidden)
          test::SetSample(frame, plane, x, y,
                          static_cast<int>(under_mask * static_cast<unsigned>(x + y + i)) & 255);
      });
      frame.index = i;
      eraser->Push(frame, mask, true);
      take();
    }
    eraser->Finish();
    take();
    return erased;
  };
  const auto one = film(1, {.memory_bytes = 1}), two = film(77, {.threads = 3, .memory_bytes = 1});
  ASSERT_EQ(one.size(), static_cast<size_t>(kAll));
  bool stands = false, moves = false;
  for (size_t i = 0; i < one.size(); ++i) {
    ASSERT_TRUE(SameSamples(one[i].frame, two[i].frame)) << "frame " << i;
    stands = stands || one[i].camera_is_still;
    moves = moves || (stands && !one[i].camera_is_still);
  }
  EXPECT_TRUE(stands && moves);
}

TEST(MovingPlaces, ShowNothingOfWhatIsUnderTheMask) {
  for (const double pan : {0.0, 1.25}) {
    const std::vector<ErasedFrame> one = EraseStrip(1, pan), two = EraseStrip(91, pan);
    for (size_t i = 0; i < one.size(); ++i) {
      ASSERT_TRUE(SameSamples(one[i].frame, two[i].frame)) << "frame " << i << " pan " << pan;
    }
  }
}

}  // namespace
}  // namespace tapmask
