// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/effect/cover.h"
#include "tapmask/pipeline/job.h"
#include "tapmask/track/mask_track.h"

namespace tapmask {

// What is to be covered, by a mask track: every object of its header in every frame.
CoverPlanner PlanCover(const MaskTrackReader& track, const EffectOptions& effect, int grow_px,
                       double frames_per_second);

}  // namespace tapmask
