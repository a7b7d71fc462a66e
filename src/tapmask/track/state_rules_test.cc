// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/state_rules.h"

#include <limits>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

constexpr int kMaskWidth = 16, kMaskHeight = 9;

Mask SquareAt(int x) {
  Mask mask(kMaskWidth, kMaskHeight);
  FillRect(mask, {x, 2, 4, 4});
  return mask;
}

Observation Sees(const Mask& mask, double confidence) {
  return {.object = 1, .mask = mask, .confidence = confidence, .absent_probability = 0};
}

Observation SeesNothing(double absent_probability = 0) {
  return {.object = 1,
          .mask = Mask(kMaskWidth, kMaskHeight),
          .confidence = 0,
          .absent_probability = absent_probability};
}

TEST(StateRules, TracksAMaskThatIsTrusted) {
  StateRules rules({});

  const StateRules::State state = rules.Apply(Sees(SquareAt(3), 0.25), 0, false);

  EXPECT_EQ(state.state, TrackState::kTracked);
  EXPECT_EQ(state.mask, SquareAt(3));
  EXPECT_DOUBLE_EQ(state.confidence, 0.25);
}

TEST(StateRules, HoldsTheLastTrustedMaskInsteadOfAnUntrustedOne) {
  StateRules rules({});
  rules.Apply(Sees(SquareAt(3), 0.9), 0, false);

  const StateRules::State state = rules.Apply(Sees(SquareAt(9), 0.24), 0.04, false);

  EXPECT_EQ(state.state, TrackState::kHeld);
  EXPECT_EQ(state.mask, SquareAt(3));
  EXPECT_DOUBLE_EQ(state.confidence, 0.24);
}

TEST(StateRules, HoldsForExactlyHalfASecondAndThenHasLostIt) {
  StateRules rules({});
  // 0.1 + 0.5 is not 0.6 in floating point.
  rules.Apply(Sees(SquareAt(3), 0.9), 0.1, false);

  EXPECT_EQ(rules.Apply(SeesNothing(), 0.56, false).state, TrackState::kHeld);
  EXPECT_EQ(rules.Apply(SeesNothing(), 0.6, false).state, TrackState::kHeld);
  const StateRules::State lost = rules.Apply(SeesNothing(), 0.601, false);

  EXPECT_EQ(lost.state, TrackState::kLost);
  EXPECT_EQ(lost.mask, SquareAt(3));
  EXPECT_DOUBLE_EQ(lost.confidence, 0);
}

TEST(StateRules, CountsTheHoldFromTheLastTrustedMask) {
  StateRules rules({});
  rules.Apply(Sees(SquareAt(1), 0.9), 0.0, false);
  rules.Apply(SeesNothing(), 0.4, false);
  rules.Apply(Sees(SquareAt(2), 0.9), 0.5, false);

  const StateRules::State held = rules.Apply(SeesNothing(), 0.9, false);

  EXPECT_EQ(held.state, TrackState::kHeld);
  EXPECT_EQ(held.mask, SquareAt(2));
}

TEST(StateRules, IsLostAtOnceWhenHoldingIsTurnedOff) {
  StateRules rules({.max_hold_seconds = 0});
  rules.Apply(Sees(SquareAt(1), 0.9), 0.0, false);

  EXPECT_EQ(rules.Apply(SeesNothing(), 0.04, false).state, TrackState::kLost);
}

TEST(StateRules, TracksAgainWhenALostObjectIsFound) {
  StateRules rules({});
  rules.Apply(Sees(SquareAt(3), 0.9), 0, false);
  ASSERT_EQ(rules.Apply(SeesNothing(), 2, false).state, TrackState::kLost);

  const StateRules::State found = rules.Apply(Sees(SquareAt(9), 0.8), 2.04, false);

  EXPECT_EQ(found.state, TrackState::kTracked);
  EXPECT_EQ(found.mask, SquareAt(9));
  EXPECT_EQ(rules.Apply(SeesNothing(), 2.08, false).state, TrackState::kHeld);
}

TEST(StateRules, HoldsAndLosesLikewiseInAPassBackwards) {
  StateRules rules({});
  rules.Apply(Sees(SquareAt(3), 0.9), 10.0, false);

  EXPECT_EQ(rules.Apply(SeesNothing(), 9.5, false).state, TrackState::kHeld);
  EXPECT_EQ(rules.Apply(SeesNothing(), 9.46, false).state, TrackState::kLost);
  EXPECT_EQ(rules.Apply(Sees(SquareAt(5), 0.5), 9.42, false).state, TrackState::kTracked);
}

TEST(StateRules, IsAbsentOnlyFromTheAskedProbabilityOn) {
  StateRules rules({});
  rules.Apply(Sees(SquareAt(3), 0.9), 0, false);

  EXPECT_EQ(rules.Apply(SeesNothing(0.949), 0.24, false).state, TrackState::kHeld);
  const StateRules::State absent = rules.Apply(SeesNothing(0.95), 0.28, false);

  EXPECT_EQ(absent.state, TrackState::kAbsent);
  EXPECT_EQ(absent.mask, Mask(kMaskWidth, kMaskHeight));
  EXPECT_DOUBLE_EQ(absent.confidence, 0.95);
}

TEST(StateRules, CoversTheLastSightingForAMomentBeforeItIsAbsent) {
  StateRules rules({});
  rules.Apply(Sees(SquareAt(3), 0.9), 10.0, false);

  const StateRules::State held = rules.Apply(SeesNothing(0.99), 9.8, false);

  EXPECT_EQ(held.state, TrackState::kHeld);
  EXPECT_EQ(held.mask, SquareAt(3));
  EXPECT_EQ(rules.Apply(SeesNothing(0.99), 9.76, false).state, TrackState::kAbsent);
}

TEST(StateRules, IsAbsentAtOnceWhereTheUserSaidSo) {
  StateRules rules({});
  rules.Apply(Sees(SquareAt(3), 0.9), 0, false);
  rules.Given(Mask(kMaskWidth, kMaskHeight), 0.04);

  EXPECT_EQ(rules.Apply(SeesNothing(0.99), 0.08, false).state, TrackState::kAbsent);
}

TEST(StateRules, CoversTheLastSightingAgainWhenAbsenceBecomesDoubtful) {
  StateRules rules({});
  rules.Apply(Sees(SquareAt(3), 0.9), 0, false);
  ASSERT_EQ(rules.Apply(SeesNothing(0.99), 1, false).state, TrackState::kAbsent);

  const StateRules::State state = rules.Apply(Sees(SquareAt(9), 0.1), 1.04, false);

  EXPECT_EQ(state.state, TrackState::kLost);
  EXPECT_EQ(state.mask, SquareAt(3));
}

TEST(StateRules, HidesWhatIsSeenWithTrustEvenIfCalledAbsent) {
  StateRules rules({});
  Observation seen = Sees(SquareAt(3), 0.5);
  seen.absent_probability = 1;

  EXPECT_EQ(rules.Apply(seen, 0, false).state, TrackState::kTracked);
}

TEST(StateRules, IsAbsentAfterACutUntilItIsFound) {
  StateRules rules({});
  rules.Apply(Sees(SquareAt(3), 0.9), 0, false);

  const StateRules::State at_cut = rules.Apply(SeesNothing(), 0.04, true);
  const StateRules::State after = rules.Apply(Sees(SquareAt(9), 0.1), 0.08, false);
  const StateRules::State found = rules.Apply(Sees(SquareAt(9), 0.7), 0.12, false);
  const StateRules::State held = rules.Apply(SeesNothing(), 0.16, false);

  EXPECT_EQ(at_cut.state, TrackState::kAbsent);
  EXPECT_EQ(at_cut.mask, Mask(kMaskWidth, kMaskHeight));
  EXPECT_EQ(after.state, TrackState::kAbsent);
  EXPECT_TRUE(after.mask.Empty());
  EXPECT_EQ(found.state, TrackState::kTracked);
  EXPECT_EQ(held.state, TrackState::kHeld);
  EXPECT_EQ(held.mask, SquareAt(9));
}

TEST(StateRules, TracksOnThroughACutThatShowsTheObject) {
  StateRules rules({});
  rules.Apply(Sees(SquareAt(3), 0.9), 0, false);

  EXPECT_EQ(rules.Apply(Sees(SquareAt(9), 0.9), 0.04, true).state, TrackState::kTracked);
}

TEST(StateRules, IsLostWithNothingToHideWhenNothingWasEverTrusted) {
  StateRules rules({});

  const StateRules::State state = rules.Apply(Sees(SquareAt(3), 0.2), 0, false);

  EXPECT_EQ(state.state, TrackState::kLost);
  EXPECT_EQ(state.mask, Mask(kMaskWidth, kMaskHeight));
}

TEST(StateRules, TrustsWhatTheUserGave) {
  StateRules rules({});

  const StateRules::State given = rules.Given(SquareAt(6), 3);
  const StateRules::State held = rules.Apply(SeesNothing(), 3.04, false);

  EXPECT_EQ(given.state, TrackState::kGiven);
  EXPECT_EQ(given.mask, SquareAt(6));
  EXPECT_DOUBLE_EQ(given.confidence, 1);
  EXPECT_EQ(held.state, TrackState::kHeld);
  EXPECT_EQ(held.mask, SquareAt(6));
}

TEST(StateRules, EndsAnAbsenceWhenTheUserGivesAMask) {
  StateRules rules({});
  ASSERT_EQ(rules.Apply(SeesNothing(), 0, true).state, TrackState::kAbsent);
  rules.Given(SquareAt(6), 0.04);

  EXPECT_EQ(rules.Apply(SeesNothing(), 0.08, false).state, TrackState::kHeld);
}

TEST(StateRules, KeepsTheLastSightingWhenTheUserSaysNotInThisFrame) {
  StateRules rules({});
  rules.Apply(Sees(SquareAt(3), 0.9), 0, false);

  const StateRules::State given = rules.Given(Mask(kMaskWidth, kMaskHeight), 0.4);
  const StateRules::State after = rules.Apply(SeesNothing(), 0.6, false);

  EXPECT_EQ(given.state, TrackState::kGiven);
  EXPECT_TRUE(given.mask.Empty());
  EXPECT_EQ(after.state, TrackState::kLost);
  EXPECT_EQ(after.mask, SquareAt(3));
}

TEST(StateRules, DoesNotTrustAConfidenceThatIsNotANumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  StateRules rules({});
  rules.Apply(Sees(SquareAt(3), 0.9), 0, false);
  Observation seen = Sees(SquareAt(9), nan);
  seen.absent_probability = nan;

  const StateRules::State state = rules.Apply(seen, 0.04, false);

  EXPECT_EQ(state.state, TrackState::kHeld);
  EXPECT_EQ(state.mask, SquareAt(3));
  EXPECT_DOUBLE_EQ(state.confidence, 0);
}

TEST(StateRules, GivesAMaskOfTheFramesSizeWhenTheTrackerGivesNone) {
  StateRules rules({});
  rules.Apply(Sees(SquareAt(3), 0.9), 0, false);
  Observation nothing;

  EXPECT_EQ(rules.Apply(nothing, 0.04, true).mask, Mask(kMaskWidth, kMaskHeight));
}

}  // namespace
}  // namespace tapmask
