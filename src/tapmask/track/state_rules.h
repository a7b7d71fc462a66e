// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "tapmask/core/mask.h"
#include "tapmask/core/mask_record.h"
#include "tapmask/track/tracker.h"

namespace tapmask {

// Turns what a tracker sees of one object into the states of the mask track, in the order of the
// pass (which may run backwards in time).
//
// A mask is trusted when its confidence is at least `min_confidence`. Without a trusted one the
// object is `held` for at most `max_hold_seconds` since the last trusted mask, then `lost`; both
// carry the last trusted mask, because an object that is not found is not an object that is gone.
// It is `absent` only when the tracker says so with P >= `min_absent_probability` and it was out of
// sight for more than `min_unseen_seconds` (what leaves the picture slowly ends as a strip at its
// border that is too thin to be seen), or after a cut until it is found again. A mask that is not
// trusted is never handed out, and a trusted one wins over a tracker that says "absent" at the same
// time: in doubt the object is hidden.
//
// One instance serves one object in one pass. Not thread-safe.
class StateRules {
 public:
  struct Options {
    double min_confidence = 0.25;          // 0 to 1.
    double max_hold_seconds = 0.5;         // >= 0.
    double min_absent_probability = 0.95;  // 0 to 1.
    double min_unseen_seconds = 0.2;       // >= 0.
  };
  explicit StateRules(Options options) : options_(options) {}

  struct State {
    TrackState state = TrackState::kLost;
    Mask
        mask;  // Of the observation's size; all zero when absent, and when nothing was trusted yet.
    double confidence = 0;  // 0 to 1. When absent: the probability that it is.
  };
  // `seconds` may rise or fall from call to call, by the direction of the pass. `at_cut`: this
  // frame begins a new shot in the order of the pass.
  State Apply(const Observation& seen, double seconds, bool at_cut);

  // The user gave the mask of this frame. It is trusted from then on; an empty one ("not in this
  // frame") is taken for this frame only, and what was trusted before stays the last sighting.
  State Given(const Mask& mask, double seconds);

  void Archive(StateArchive& archive);

 private:
  bool UnseenForLongerThan(double limit, double seconds) const;
  Mask Nothing(const Mask& seen) const;

  const Options options_;
  Mask last_trusted_;  // Empty until the object was seen in this shot.
  double last_trusted_seconds_ = 0;
  bool absent_until_found_ = false;  // A cut came since the last trusted mask.
  bool said_gone_ = false;           // The user said "not in this frame" since then.
};

}  // namespace tapmask
