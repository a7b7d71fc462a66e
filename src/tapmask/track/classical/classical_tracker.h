// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "tapmask/track/tracker.h"

namespace tapmask {

struct ClassicalTrackerOptions {
  int threads = 1;  // 1 or more. Masks do not depend on it.
};

// A tracker that needs no network weights: it learns what the object looks like from the masks it
// is given, on the way. `object_track.h` names the steps of a frame. Objects of one pass do not
// influence each other.
std::unique_ptr<Tracker> MakeClassicalTracker(ClassicalTrackerOptions options);

}  // namespace tapmask
