// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tapmask/core/geometry.h"
#include "tapmask/core/mask.h"

namespace tapmask {

// What is known of an object in one frame. What is drawn in each state: docs/redaction.md.
enum class TrackState {
  kTracked,  // Found, with a trustworthy mask.
  kHeld,     // No trustworthy mask for at most 0.5 s; the record carries the last one.
  kLost,     // Longer than that; the record carries the last one.
  kAbsent,   // Out of the picture with P >= 0.95, or a new shot without it; no mask.
  kGiven,    // The mask was given by hand, or lies between two that were.
};

std::string_view TrackStateName(TrackState state);  // "tracked", ...
std::optional<TrackState> TrackStateFromName(std::string_view name);

// One object in one frame: a line of the mask track.
struct MaskRecord {
  int object = 1;     // From 1.
  int64_t frame = 0;  // Counts shown frames from 0.
  int64_t pts = 0;    // In the track's time base.
  TrackState state = TrackState::kTracked;
  double confidence = 0;  // 0 to 1: the probability that IoU with the truth is >= 0.5.
  Mask mask;              // Upright stored pixels, of the track's size; all zero when absent.
};

}  // namespace tapmask
