// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/moving_places.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/effect/eraser.h"
#include "tapmask/effect/test_frames.h"

namespace tapmask {
namespace {

constexpr int kWidth = 200, kHeight = 120, kFrames = 24;
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

// A still background, before which a patch of another texture moves to the right.
Frame Picture(int index) {
  const PixelFormat gray{PixelFormat::Model::kGray, 8, 0, 0};
  Frame frame = test::MakeFrame(gray, kWidth, kHeight, [&](int, int x, int y) {
    return IsOnIt(index, x, y) ? 100 + 0.6 * Smooth(7, x - Left(index), y, 8)
                               : 20 + 0.4 * Smooth(1, x, y, 8);
  });
  frame.index = index;
  return frame;
}

Mask Strip() {
  Mask mask(kWidth, kHeight);
  FillRect(mask, {kHoleLeft, 10, kHoleWidth, 100});
  return mask;
}

TEST(MovingPlaces, WhatPassesBehindAHoleIsWhole) {
  const auto eraser = MakeClassicalEraser({});
  std::vector<ErasedFrame> erased;
  for (int i = 0; i < kFrames; ++i) eraser->Push(Picture(i), Strip(), true);
  eraser->Finish();
  while (auto e = eraser->Pop()) erased.push_back(std::move(*e));

  ASSERT_EQ(erased.size(), static_cast<size_t>(kFrames));
  double sum = 0, count = 0;
  for (int i = 4; i < kFrames - 4; ++i) {
    const Frame truth = Picture(i);
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

}  // namespace
}  // namespace tapmask
