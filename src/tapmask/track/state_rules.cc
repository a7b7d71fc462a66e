// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/state_rules.h"

#include <cmath>

#include "tapmask/core/archive_values.h"

namespace tapmask {
namespace {

// Times are made from ticks, so two that are half a second apart may differ by a rounding more.
constexpr double kTimeTolerance = 1e-6;

// A probability that a consumer may rely on, also when a tracker computed 0/0.
double Probability(double value) {
  if (!(value > 0)) return 0;
  return value < 1 ? value : 1;
}

}  // namespace

StateRules::State StateRules::Apply(const Observation& seen, double seconds, bool at_cut) {
  if (at_cut) {
    last_trusted_ = Mask(last_trusted_.width(), last_trusted_.height());
    absent_until_found_ = true;
  }
  const bool found = !seen.mask.Empty();
  if (found && seen.confidence >= options_.min_confidence) {
    last_trusted_ = seen.mask;
    last_trusted_seconds_ = seconds;
    absent_until_found_ = said_gone_ = false;
    return {TrackState::kTracked, seen.mask, Probability(seen.confidence)};
  }
  const bool may_be_absent = said_gone_ || last_trusted_.Empty() ||
                             UnseenForLongerThan(options_.min_unseen_seconds, seconds);
  if (absent_until_found_ ||
      (may_be_absent && seen.absent_probability >= options_.min_absent_probability)) {
    return {TrackState::kAbsent, Nothing(seen.mask), Probability(seen.absent_probability)};
  }
  // How sure the tracker is of what it sees now says little of the mask that is handed out, but it
  // is the best there is, and it is below `min_confidence`.
  const double confidence = found ? Probability(seen.confidence) : 0;
  if (last_trusted_.Empty()) return {TrackState::kLost, Nothing(seen.mask), confidence};
  const bool too_long = UnseenForLongerThan(options_.max_hold_seconds, seconds);
  return {too_long ? TrackState::kLost : TrackState::kHeld, last_trusted_, confidence};
}

StateRules::State StateRules::Given(const Mask& mask, double seconds) {
  said_gone_ = mask.Empty();
  if (!mask.Empty()) {
    last_trusted_ = mask;
    last_trusted_seconds_ = seconds;
    absent_until_found_ = false;
  }
  return {TrackState::kGiven, mask, 1.0};
}

bool StateRules::UnseenForLongerThan(double limit, double seconds) const {
  return std::abs(seconds - last_trusted_seconds_) > limit + kTimeTolerance;
}

// An all zero mask of the frame's size, which the tracker says only when it saw something.
Mask StateRules::Nothing(const Mask& seen) const {
  const Size size = seen.width() > 0 ? seen.size() : last_trusted_.size();
  return Mask(size.width, size.height);
}

void StateRules::Archive(StateArchive& archive) {
  archive(last_trusted_, last_trusted_seconds_, absent_until_found_, said_gone_);
}

}  // namespace tapmask
