// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/classical_tracker.h"

#include <vector>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

#include "tapmask/track/tracker_conformance.h"

namespace tapmask {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Classical, TrackerConformance,
    ::testing::Values(TrackerUnderTest{
        "classical", [](int threads) { return MakeClassicalTracker({.threads = threads}); }}),
    [](const auto& tested) { return tested.param.name; });

TEST(ClassicalTracker, IsSureThatAnObjectWhichWalkedOutOfThePictureIsAbsent) {
  conformance::Film film{.discs = {conformance::RedDisc()}};
  film.discs[0].x = 270;
  film.discs[0].dx = 8;
  film.discs[0].dy = 0;
  const auto tracker = MakeClassicalTracker({});
  tracker->Next(film.Frame(0));
  tracker->SetMask(1, film.Truth(0));

  Observation last;
  for (int i = 1; i <= 14; ++i) last = tracker->Next(film.Frame(i))[0];

  EXPECT_TRUE(last.mask.Empty());
  EXPECT_GE(last.absent_probability, 0.95);
}

TEST(ClassicalTracker, FindsAnObjectThatComesBackIntoThePicture) {
  conformance::Film film{.discs = {conformance::RedDisc()}};
  film.discs[0].x = 270;
  film.discs[0].dx = 8;
  film.discs[0].dy = 0;
  const auto tracker = MakeClassicalTracker({});
  tracker->Next(film.Frame(0));
  tracker->SetMask(1, film.Truth(0));
  for (int i = 1; i <= 14; ++i) tracker->Next(film.Frame(i));

  Observation last;
  for (int i = 13; i >= 4; --i) {  // The same way back.
    last = tracker->Next(film.Frame(i))[0];
    if (film.Truth(i).Area() > 1500) {
      EXPECT_LT(last.absent_probability, 0.95) << "frame " << i;
    }
  }

  EXPECT_GT(IntersectionOverUnion(last.mask, film.Truth(4)), 0.8);
}

TEST(ClassicalTracker, GivesTheSameMasksWhateverThreadsOpenCvUses) {
  const conformance::Film film{.width = 480, .height = 300, .discs = {conformance::RedDisc()}};
  const auto follow = [&](int threads) {
    const int before = cv::getNumThreads();
    cv::setNumThreads(threads);
    const auto tracker = MakeClassicalTracker({});
    tracker->Next(film.Frame(0));
    tracker->SetMask(1, film.Truth(0));
    std::vector<Mask> masks;
    for (int i = 1; i <= 5; ++i) masks.push_back(tracker->Next(film.Frame(i))[0].mask);
    cv::setNumThreads(before);
    return masks;
  };

  EXPECT_EQ(follow(1), follow(4));
}

TEST(ClassicalTracker, IsSureThatAnObjectIsAbsentFromANewShotWithoutIt) {
  const conformance::Film film{.discs = {conformance::RedDisc()}};
  const conformance::Film other{.scene = 300, .discs = {}};
  const auto tracker = MakeClassicalTracker({});
  tracker->Next(film.Frame(0));
  tracker->SetMask(1, film.Truth(0));
  tracker->Next(film.Frame(1));

  const Observation seen = tracker->Next(other.Frame(2))[0];

  EXPECT_TRUE(tracker->AtCut());
  EXPECT_TRUE(seen.mask.Empty());
  EXPECT_GE(seen.absent_probability, 0.95);
}

}  // namespace
}  // namespace tapmask
