// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/cover_plan.h"

#include <vector>

namespace tapmask {

CoverPlanner PlanCover(const MaskTrackReader& track, const EffectOptions& effect, int grow_px,
                       double frames_per_second) {
  CoverPlanner::Options options;
  options.grow_px = grow_px;
  options.on_lost = effect.on_lost;
  options.invert = effect.invert;
  options.frames_per_second = frames_per_second;
  for (const MaskTrackHeader::Object& object : track.header().objects) {
    options.objects.push_back(object.id);
  }
  options.frames = track.frames();
  std::vector<CoverPlanner::Entry> entries;
  entries.reserve(track.summaries().size());
  for (const MaskTrackReader::Summary& s : track.summaries()) {
    entries.push_back({s.object, s.frame, s.state, s.box, s.confidence});
  }
  return {options, {track.header().width, track.header().height}, entries};
}

}  // namespace tapmask
