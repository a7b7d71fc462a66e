// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/mask_record.h"

namespace tapmask {

std::string_view TrackStateName(TrackState state) {
  switch (state) {
    case TrackState::kTracked: return "tracked";
    case TrackState::kHeld: return "held";
    case TrackState::kLost: return "lost";
    case TrackState::kAbsent: return "absent";
    case TrackState::kGiven: return "given";
  }
  return "lost";
}

std::optional<TrackState> TrackStateFromName(std::string_view name) {
  for (TrackState state : {TrackState::kTracked, TrackState::kHeld, TrackState::kLost,
                           TrackState::kAbsent, TrackState::kGiven}) {
    if (TrackStateName(state) == name) return state;
  }
  return std::nullopt;
}

}  // namespace tapmask
