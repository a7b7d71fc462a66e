// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/cover.h"

#include <map>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/effect/grow.h"
#include "tapmask/effect/test_frames.h"

namespace tapmask {
namespace {

constexpr Size kSize{400, 300};
constexpr TrackState kTracked = TrackState::kTracked, kHeld = TrackState::kHeld,
                     kLost = TrackState::kLost, kAbsent = TrackState::kAbsent,
                     kGiven = TrackState::kGiven;

Mask Disc(int cx, int cy, int radius = 10) {
  return test::Ellipse(kSize.width, kSize.height, cx + 0.5, cy + 0.5, radius, radius);
}

Mask MaskOfBox(const Rect& r) {
  Mask mask(kSize.width, kSize.height);
  FillRect(mask, r);
  return mask;
}

bool Contains(const Mask& outer, const Mask& inner) {
  return Subtract(inner, outer).Empty();
}

// A mask track in memory.
class Track {
 public:
  Track& Add(int64_t frame, TrackState state, Mask mask = Mask(kSize.width, kSize.height),
             int object = 1) {
    records_[frame].push_back({object, frame, 0, state, 1, std::move(mask)});
    return *this;
  }
  // Tracked from `first` to `last`, moving right by `speed_px` a frame, first at x.
  Track& Moving(int64_t first, int64_t last, int x, int speed_px, int object = 1) {
    for (int64_t f = first; f <= last; ++f) {
      Add(f, kTracked, Disc(x + static_cast<int>(f - first) * speed_px, 150), object);
    }
    return *this;
  }
  Track& Repeat(int64_t first, int64_t last, TrackState state, const Mask& mask, int object = 1) {
    for (int64_t f = first; f <= last; ++f) Add(f, state, mask, object);
    return *this;
  }

  CoverPlanner Plan(CoverPlanner::Options options = {}) const {
    std::vector<CoverPlanner::Entry> entries;
    for (const auto& [frame, records] : records_) {
      for (const MaskRecord& r : records) {
        entries.push_back({r.object, frame, r.state, r.mask.BoundingBox()});
      }
    }
    return CoverPlanner(std::move(options), kSize, entries);
  }
  Mask Cover(int64_t frame, CoverPlanner::Options options = {}) const {
    const auto found = records_.find(frame);
    const std::vector<MaskRecord> none;
    return Plan(std::move(options)).Cover(frame, found == records_.end() ? none : found->second);
  }

 private:
  std::map<int64_t, std::vector<MaskRecord>> records_;
};

TEST(CoverPlanner, GrowsTrackedAndGivenMasks) {
  const Mask seen = Disc(100, 100), given = Disc(200, 100);
  Track track;
  track.Add(0, kTracked, seen).Add(1, kGiven, given);

  EXPECT_EQ(track.Cover(0, {.grow_px = 4}), Grow(seen, 4));
  EXPECT_EQ(track.Cover(1, {.grow_px = 7}), Grow(given, 7));
  EXPECT_TRUE(track.Plan().spans_to_review().empty());
}

TEST(CoverPlanner, RefusesNotToGrow) {
  EXPECT_THROW(CoverPlanner({.grow_px = 0}, kSize, {}), Error);
}

TEST(CoverPlanner, GrowsHeldMasksByTwoPixelsAFrameAtRest) {
  const Mask last = Disc(100, 150);
  Track track;
  track.Moving(0, 4, 100, 0).Repeat(5, 10, kHeld, last);

  EXPECT_EQ(track.Cover(5), Grow(last, 4 + 2));
  EXPECT_EQ(track.Cover(10), Grow(last, 4 + 6 * 2));
}

TEST(CoverPlanner, GrowsHeldMasksByHalfAsMuchAgainAsTheyMoved) {
  const Mask last = Disc(100 + 4 * 6, 150);
  Track track;
  track.Moving(0, 4, 100, 6).Repeat(5, 10, kHeld, last);

  EXPECT_EQ(track.Cover(5), Grow(last, 4 + 9));
  EXPECT_EQ(track.Cover(8), Grow(last, 4 + 4 * 9));
}

// One wild jump among steady motion is a tracker's error, not speed.
TEST(CoverPlanner, TakesTheMedianOfTheRecentSpeeds) {
  const Mask last = Disc(108, 150);
  Track track;
  track.Moving(0, 2, 100, 2).Add(3, kTracked, Disc(200, 200)).Add(4, kTracked, Disc(106, 150));
  track.Add(5, kTracked, Disc(107, 150)).Add(6, kTracked, last).Add(7, kHeld, last);

  EXPECT_EQ(track.Cover(7), Grow(last, 4 + 1.5 * 2));
}

TEST(CoverPlanner, CoversTheGrownBoxWhereLost) {
  const Mask last = MaskOfBox({100, 100, 80, 60});
  Track track;
  for (int f = 0; f < 5; ++f) track.Add(f, kTracked, MaskOfBox({92 + 2 * f, 100, 80, 60}));
  track.Repeat(5, 12, kHeld, last).Repeat(13, 60, kLost, last);

  // Half the size, 2 px for each frame since frame 4, and grow_px.
  EXPECT_EQ(track.Cover(14), MaskOfBox({100 - 64, 100 - 54, 80 + 2 * 64, 60 + 2 * 54}));
  EXPECT_EQ(track.Cover(34), MaskOfBox({0, 100 - 30 - 60 - 4, 100 + 80 + 104, 60 + 2 * 94}));
  EXPECT_EQ(track.Cover(60), MaskOfBox({0, 0, 100 + 80 + 40 + 112 + 4, 300}));  // Clipped.
}

TEST(CoverPlanner, NeverCoversLessWhenHeldBecomesLost) {
  for (const int speed : {0, 1, 3, 8}) {
    const Mask last = Disc(100 + 4 * speed, 150, 10);
    Track track;
    track.Moving(0, 4, 100, speed).Repeat(5, 16, kHeld, last).Repeat(17, 30, kLost, last);

    for (int64_t f = 5; f < 30; ++f) {
      EXPECT_TRUE(Contains(track.Cover(f + 1), track.Cover(f))) << "speed " << speed << " at " << f;
    }
  }
}

TEST(CoverPlanner, CoversNothingWhereAbsentAndListsIt) {
  Track track;
  track.Moving(0, 4, 100, 0).Repeat(5, 9, kAbsent, Mask(kSize.width, kSize.height));
  track.Moving(10, 12, 200, 0);

  for (int64_t f = 5; f < 10; ++f) EXPECT_TRUE(track.Cover(f).Empty());
  const auto spans = track.Plan().spans_to_review();
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].state, kAbsent);
  EXPECT_EQ(spans[0].first_frame, 5);
  EXPECT_EQ(spans[0].last_frame, 9);
}

TEST(CoverPlanner, ListsWhereTheMaskIsNotSure) {
  using Span = CoverPlanner::Span;
  std::vector<CoverPlanner::Entry> entries;
  const auto track = [&](int64_t first, int64_t last, double confidence) {
    for (int64_t f = first; f <= last; ++f) {
      entries.push_back({1, f, kTracked, {100, 100, 40, 40}, confidence});
    }
  };
  track(0, 9, 0.9);
  track(10, 12, 0.7);
  track(13, 20, 0.95);  // Too short between two that are doubtful.
  track(21, 21, 0.3);
  track(22, 60, 0.9);
  track(61, 62, 0.79);
  entries.push_back({1, 63, kHeld, {100, 100, 40, 40}, 0.1});
  track(64, 70, 0.8);

  const CoverPlanner planner({}, kSize, entries);

  const std::vector<Span> expected{
      {1, kTracked, 10, 21, 21, 0.3}, {1, kTracked, 61, 62, 61, 0.79}, {1, kHeld, 63, 63, 63, 0.1}};
  EXPECT_EQ(planner.spans_to_review(), expected);
}

// Tracked backwards from a tap in frame 20: frames before count from the trusted mask after them.
TEST(CoverPlanner, LooksAheadBeforeTheFirstTrustedFrame) {
  const Mask first = Disc(100, 150);
  Track track;
  track.Repeat(0, 9, kLost, first).Repeat(10, 19, kHeld, first).Moving(20, 26, 100, 4);

  EXPECT_EQ(track.Cover(19), Grow(first, 4 + 6));
  EXPECT_EQ(track.Cover(12), Grow(first, 4 + 8 * 6));
  // Half of 21, 4 px for each of 20 frames and grow_px: 94.5; 13 frames of 6 px are less.
  EXPECT_EQ(track.Cover(0), MaskOfBox({90 - 95, 140 - 95, 21 + 2 * 95, 21 + 2 * 95}));
}

TEST(CoverPlanner, CoversFromBothSidesJustBeforeTheObjectIsFoundAgain) {
  const Mask last = Disc(60, 60), found = Disc(330, 230);
  Track track;
  track.Repeat(0, 4, kTracked, last).Repeat(5, 16, kHeld, last).Repeat(17, 59, kLost, last);
  track.Repeat(60, 64, kTracked, found);

  EXPECT_FALSE(Contains(track.Cover(46), found));  // More than half a second before.
  for (int64_t f = 48; f < 60; ++f) {
    const int grown = 4 + 2 * static_cast<int>(60 - f);
    const Rect box = found.BoundingBox();
    EXPECT_TRUE(Contains(
        track.Cover(f),
        MaskOfBox({box.x - grown, box.y - grown, box.width + 2 * grown, box.height + 2 * grown})))
        << f;
    EXPECT_TRUE(Contains(track.Cover(f), last)) << f;
  }
  EXPECT_EQ(track.Cover(60), Grow(found, 4));
}

// The same gap, tracked backwards: the records carry the later mask, the earlier one is found.
TEST(CoverPlanner, CoversFromBothSidesInAPassBackwardsToo) {
  const Mask early = Disc(60, 60), late = Disc(330, 230);
  Track track;
  track.Repeat(0, 4, kTracked, early).Repeat(5, 46, kLost, late).Repeat(47, 59, kHeld, late);
  track.Repeat(60, 64, kTracked, late);

  EXPECT_EQ(track.Cover(59), Grow(late, 4 + 2));
  EXPECT_TRUE(Contains(track.Cover(30), late));
  EXPECT_FALSE(Contains(track.Cover(30), early));
  EXPECT_TRUE(Contains(track.Cover(5), MaskOfBox(early.BoundingBox())));
  EXPECT_TRUE(Contains(track.Cover(17), MaskOfBox(early.BoundingBox())));
}

TEST(CoverPlanner, CoversFromBothSidesWhenTheRecordsDoNotTell) {
  Track track;
  track.Repeat(0, 4, kTracked, Disc(60, 60)).Repeat(40, 44, kTracked, Disc(330, 230));

  EXPECT_TRUE(Contains(track.Cover(20), Union(Disc(60, 60), Disc(330, 230))));
}

TEST(CoverPlanner, CountsFramesWithoutARecordAsLost) {
  Track track;
  track.Repeat(10, 14, kTracked, Disc(100, 100)).Add(30, kAbsent);
  track.Repeat(0, 40, kTracked, Disc(300, 200), 2);

  for (const int64_t f : {0, 9, 15, 29, 31, 40}) {
    EXPECT_TRUE(Contains(track.Cover(f), Grow(Disc(100, 100), 10))) << f;
  }
  EXPECT_FALSE(Contains(track.Cover(30), Disc(100, 100)));
  const auto spans = track.Plan().spans_to_review();
  ASSERT_EQ(spans.size(), 4u);
  const int64_t expected[][2] = {{0, 9}, {15, 29}, {30, 30}, {31, 40}};
  for (size_t i = 0; i < spans.size(); ++i) {
    EXPECT_EQ(spans[i].object, 1);
    EXPECT_EQ(spans[i].state, i == 2 ? kAbsent : kLost);
    EXPECT_EQ(spans[i].first_frame, expected[i][0]);
    EXPECT_EQ(spans[i].last_frame, expected[i][1]);
  }
}

TEST(CoverPlanner, TrustsNoTrackedStateWithoutAMask) {
  Track track;
  track.Repeat(0, 4, kTracked, Disc(100, 100)).Add(5, kTracked).Add(6, kTracked, Disc(100, 100));

  EXPECT_TRUE(Contains(track.Cover(5), Grow(Disc(100, 100), 4)));
  ASSERT_EQ(track.Plan().spans_to_review().size(), 1u);
  EXPECT_EQ(track.Plan().spans_to_review()[0].state, kLost);
}

TEST(CoverPlanner, BelievesAGivenEmptyMask) {
  Track track;
  track.Repeat(0, 4, kGiven, Disc(100, 100)).Add(5, kGiven).Add(6, kGiven, Disc(100, 100));

  EXPECT_TRUE(track.Cover(5).Empty());
  EXPECT_TRUE(track.Plan().spans_to_review().empty());
}

TEST(CoverPlanner, DoesNotLookAcrossAbsenceWhenTheObjectIsFoundAgain) {
  const Mask before = Disc(60, 60), after = Disc(330, 230);
  Track track;
  track.Repeat(0, 4, kTracked, before).Repeat(5, 9, kAbsent, Mask(kSize.width, kSize.height));
  track.Repeat(10, 14, kLost, after).Repeat(15, 19, kTracked, after);

  EXPECT_TRUE(Contains(track.Cover(12), after));
  EXPECT_FALSE(Contains(track.Cover(12), before));
}

TEST(CoverPlanner, LooksAcrossAbsenceWhenTheObjectIsNotFoundAgain) {
  const Mask before = Disc(60, 60);
  Track track;
  track.Repeat(0, 4, kTracked, before).Add(5, kAbsent).Repeat(6, 9, kLost, before);

  EXPECT_TRUE(Contains(track.Cover(6), Grow(before, 10)));
  EXPECT_TRUE(track.Cover(5).Empty());
}

TEST(CoverPlanner, CoversWhatRecordsCarryWhenNothingWasEverTrusted) {
  Track track;
  track.Repeat(0, 3, kHeld, Disc(100, 100)).Repeat(4, 8, kLost, Disc(100, 100)).Add(9, kLost);

  for (int64_t f = 0; f <= 8; ++f) {
    EXPECT_TRUE(Contains(track.Cover(f), Grow(Disc(100, 100), 6))) << f;
  }
  EXPECT_EQ(track.Cover(9).Area(), kSize.width * kSize.height);  // It may be anywhere.
  EXPECT_EQ(track.Plan().spans_to_review().back().last_frame, 9);
}

TEST(CoverPlanner, HidesTheWholeFrameOrNothingWhenToldSoForLost) {
  const Mask last = Disc(100, 100);
  Track track;
  track.Add(0, kTracked, last).Add(1, kHeld, last).Add(2, kLost, last).Add(4, kTracked, last);

  for (const int64_t lost : {2, 3}) {
    EXPECT_EQ(track.Cover(lost, {.on_lost = OnLost::kFrame}), Mask(kSize.width, kSize.height, 255));
    EXPECT_TRUE(track.Cover(lost, {.on_lost = OnLost::kClear}).Empty());
  }
  for (const OnLost on_lost : {OnLost::kFrame, OnLost::kClear}) {
    EXPECT_TRUE(Contains(track.Cover(1, {.on_lost = on_lost}), Grow(last, 4)));
    EXPECT_FALSE(track.Cover(1, {.on_lost = on_lost}).At(399, 299));
  }
}

TEST(CoverPlanner, UnitesObjects) {
  Track track;
  track.Add(0, kTracked, Disc(100, 100), 1).Add(0, kTracked, Disc(108, 100), 2);

  EXPECT_EQ(track.Cover(0), Union(Grow(Disc(100, 100), 4), Grow(Disc(108, 100), 4)));
}

TEST(CoverPlanner, KeepsTheGapsOfObjectsApart) {
  Track track;
  track.Repeat(0, 9, kTracked, Disc(60, 60), 1).Repeat(10, 19, kLost, Disc(60, 60), 1);
  track.Repeat(0, 9, kTracked, Disc(330, 230), 2).Repeat(10, 19, kAbsent, MaskOfBox({}), 2);

  EXPECT_TRUE(Contains(track.Cover(12), Disc(60, 60)));
  EXPECT_FALSE(track.Cover(12).At(330, 230));
  EXPECT_EQ(track.Plan().spans_to_review().size(), 2u);
}

TEST(CoverPlanner, HidesAllButTheShrunkObjectsWhenInverted) {
  const Mask a = Disc(100, 100, 20), b = Disc(300, 200, 30);
  const CoverPlanner::Options inverted{.grow_px = 5, .invert = true};
  Track track;
  track.Add(0, kTracked, a, 1).Add(0, kGiven, b, 2).Add(1, kTracked, a, 1).Add(1, kLost, b, 2);
  track.Add(2, kHeld, a, 1).Add(2, kAbsent, MaskOfBox({}), 2);

  EXPECT_EQ(track.Cover(0, inverted), Complement(Union(Shrink(a, 5), Shrink(b, 5))));
  EXPECT_EQ(track.Cover(1, inverted), Complement(Shrink(a, 5)));
  EXPECT_EQ(track.Cover(2, inverted), Mask(kSize.width, kSize.height, 255));
  EXPECT_EQ(track.Cover(3, inverted), Mask(kSize.width, kSize.height, 255));
}

TEST(CoverPlanner, WorksOnOneFrame) {
  Track track;
  track.Add(0, kTracked, Disc(5, 5));
  EXPECT_EQ(track.Cover(0), Grow(Disc(5, 5), 4));

  Track lost;
  lost.Add(0, kLost);
  EXPECT_EQ(lost.Cover(0).Area(), kSize.width * kSize.height);  // It may be anywhere.
  ASSERT_EQ(lost.Plan().spans_to_review().size(), 1u);
}

// A track that names an object but has no record of it must not pass as "nothing to hide".
TEST(CoverPlanner, HidesThePictureForAnObjectWithoutAnyRecord) {
  const CoverPlanner planner({.objects = {2}, .frames = 10}, kSize, {});

  EXPECT_EQ(planner.Cover(0, {}).Area(), kSize.width * kSize.height);
  ASSERT_EQ(planner.spans_to_review().size(), 1u);
  EXPECT_EQ(planner.spans_to_review()[0].object, 2);
  EXPECT_EQ(planner.spans_to_review()[0].last_frame, 9);
}

TEST(CoverPlanner, CoversNothingWithoutObjects) {
  EXPECT_TRUE(Track().Cover(3).Empty());
  EXPECT_EQ(Track().Cover(3).size(), kSize);
  EXPECT_TRUE(Track().Plan().spans_to_review().empty());
}

TEST(CoverPlanner, ClipsAtTheFramesEdge) {
  const Mask corner = MaskOfBox({380, 280, 20, 20});
  Track track;
  track.Add(0, kTracked, corner).Repeat(1, 300, kLost, corner);

  EXPECT_EQ(track.Cover(300).BoundingBox().right(), 400);
  EXPECT_TRUE(Contains(track.Cover(300), corner));
}

}  // namespace
}  // namespace tapmask
