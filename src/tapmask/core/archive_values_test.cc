// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/archive_values.h"

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

template <class T>
T ThereAndBack(T value) {
  StateArchive saving;
  saving(value);
  StateArchive restoring(saving.bytes());
  T back;
  restoring(back);
  EXPECT_TRUE(restoring.AtEnd());
  return back;
}

TEST(ArchiveValues, MasksAndPicturesComeBackAsTheyWere) {
  Mask mask(7, 5);
  FillRect(mask, {2, 1, 3, 9});
  EXPECT_TRUE(ThereAndBack(mask) == mask);
  EXPECT_TRUE(ThereAndBack(Mask(3, 2)) == Mask(3, 2));
  EXPECT_TRUE(ThereAndBack(Mask()) == Mask());

  const BgrImage image(2, 1, {1, 2, 3, 4, 5, 6});
  EXPECT_TRUE(ThereAndBack(image).SameSamples(image));
  EXPECT_TRUE(ThereAndBack(BgrImage()).Empty());

  const MaskRecord record{3, 1'000'000'000'000, -5, TrackState::kHeld, 0.1, mask};
  const MaskRecord back = ThereAndBack(record);
  EXPECT_EQ(back.object, 3);
  EXPECT_EQ(back.frame, record.frame);
  EXPECT_EQ(back.pts, -5);
  EXPECT_EQ(back.state, TrackState::kHeld);
  EXPECT_EQ(back.confidence, 0.1);
  EXPECT_TRUE(back.mask == mask);
}

TEST(ArchiveValues, RefusesSizesThatCannotBe) {
  for (const Size& size : {Size{-1, 4}, Size{1 << 30, 4}, Size{4, 5}}) {
    StateArchive saving;
    Size copy = size;
    std::string samples = "abc";
    saving(copy, samples);
    BgrImage image;
    EXPECT_THROW(StateArchive(saving.bytes())(image), Error);
    Mask mask;
    EXPECT_THROW(StateArchive(saving.bytes())(mask), Error);
  }
}

}  // namespace
}  // namespace tapmask
