// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/frame_patch.h"

#include <random>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/effect/test_frames.h"

namespace tapmask {
namespace {

constexpr int kWidth = 43, kHeight = 30;

Frame Noise(const PixelFormat& format, unsigned seed) {
  std::mt19937 random(seed);
  Frame frame = Frame::Allocate(format, kWidth, kHeight);
  test::ForEachSample(frame, Mask(kWidth, kHeight), [&](int plane, int x, int y, bool) {
    test::SetSample(frame, plane, x, y,
                    static_cast<int>(random() & static_cast<unsigned>(format.max_value())));
  });
  frame.index = seed;
  frame.pts = 40 * static_cast<int64_t>(seed);
  return frame;
}

// `frame` with other samples under the mask.
Frame Changed(Frame frame, const Mask& mask) {
  const Frame other = Noise(frame.format(), 99);
  test::ForEachSample(other, mask, [&](int plane, int x, int y, bool hidden) {
    if (hidden) test::SetSample(frame, plane, x, y, test::SampleAt(other, plane, x, y));
  });
  return frame;
}

TEST(FramePatch, GivesTheChangedFrameAgainInEveryFormat) {
  std::mt19937 random(5);
  for (const PixelFormat& format : test::AllFormats()) {
    const Frame before = Noise(format, 1);
    for (const Mask& mask : {test::RandomMask(kWidth, kHeight, random), Mask(kWidth, kHeight, 255),
                             Mask(kWidth, kHeight)}) {
      const Frame after = Changed(before, mask);

      const Frame back = Patched(before, PatchOf(before, after));

      EXPECT_TRUE(SameSamples(back, after)) << test::Name(format);
      EXPECT_EQ(back.index, before.index);
      EXPECT_EQ(back.pts, before.pts);
    }
  }
}

TEST(FramePatch, IsSmallWhereLittleChanged) {
  const Frame before = Noise({}, 1);
  Mask dot(kWidth, kHeight);
  FillRect(dot, {10, 10, 2, 2});

  EXPECT_LT(PatchOf(before, before).size(), 120u);
  EXPECT_LT(PatchOf(before, Changed(before, dot)).size(), 140u);
}

TEST(FramePatch, LeavesTheFrameAloneThatItIsPutOn) {
  const Frame before = Noise({}, 1), copy = before;

  Patched(before, PatchOf(before, Changed(before, Mask(kWidth, kHeight, 255))));

  EXPECT_TRUE(SameSamples(copy, Noise({}, 1)));
}

TEST(FramePatch, RefusesWhatIsDamagedOrOfAnotherFrame) {
  const Frame before = Noise({}, 1);
  const std::string patch = PatchOf(before, Changed(before, Mask(kWidth, kHeight, 255)));
  for (size_t size = 0; size < patch.size(); size += 1 + patch.size() / 40) {
    EXPECT_THROW(Patched(before, patch.substr(0, size)), Error) << size;
  }
  std::string says_huge = patch;
  says_huge[6] = '\x7f';
  EXPECT_THROW(Patched(before, says_huge), Error);
  EXPECT_THROW(Patched(Frame::Allocate({}, 32, 32), patch), Error);
  EXPECT_THROW(Patched(Noise({test::Model::kYuv, 10, 1, 1}, 1), patch), Error);
  EXPECT_THROW(PatchOf(before, Frame::Allocate({}, 32, 32)), Error);
}

}  // namespace
}  // namespace tapmask
