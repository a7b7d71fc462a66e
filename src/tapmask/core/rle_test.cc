// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/rle.h"

#include <random>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

TEST(Rle, WritesWhatPycocotoolsWrites) {
  // pycocotools.mask.encode of these masks, as Fortran-order arrays of uint8.
  Mask dot(3, 2);
  dot.MutableRow(1)[1] = 255;  // Column-major runs: 3 zeros, 1 one, 2 zeros.
  EXPECT_EQ(EncodeRle(dot), "312");
  EXPECT_EQ(EncodeRle(Mask(3, 2)), "6");
  EXPECT_EQ(EncodeRle(Mask(3, 2, 255)), "06");
}

TEST(Rle, ReadsBackWhatItWrote) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    const int width = 1 + static_cast<int>(random() % 70);
    const int height = 1 + static_cast<int>(random() % 70);
    Mask mask(width, height);
    for (int i = 0; i < 6; ++i) {
      FillRect(mask, {static_cast<int>(random() % 70), static_cast<int>(random() % 70),
                      static_cast<int>(random() % 30), static_cast<int>(random() % 30)});
    }

    EXPECT_EQ(DecodeRle(width, height, EncodeRle(mask)), mask);
    EXPECT_EQ(BoundingBoxOfRle(width, height, EncodeRle(mask)), mask.BoundingBox());
  }
}

TEST(Rle, SaysThatAnEmptyMaskHasNoBox) {
  EXPECT_TRUE(BoundingBoxOfRle(3, 2, "6").Empty());
}

TEST(Rle, RefusesWhatIsNotAMask) {
  for (const char* text : {"", "5", "7", "p", "~~~", "312 ", "6\x01", "oooooooooooooooooooooooo"}) {
    EXPECT_THROW(DecodeRle(3, 2, text), Error) << text;
    EXPECT_THROW(BoundingBoxOfRle(3, 2, text), Error) << text;
  }
}

}  // namespace
}  // namespace tapmask
