// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/tracking_direction.h"

#include <algorithm>

#include "tapmask/core/mask_scale.h"

namespace tapmask {

TrackingDirection::TrackingDirection(const Engine& engine, int threads, const Size& mask_size)
    : tracker_(engine.make_tracker(threads)), mask_size_(mask_size) {}

std::vector<MaskRecord> TrackingDirection::Step(const TimedFrame& frame,
                                                const std::vector<StartMask>& starts) {
  std::vector<MaskRecord> records;
  const double seconds = frame.analysis.seconds;
  agreement_.clear();
  const auto base = [&](int object) {
    MaskRecord record;
    record.object = object;
    record.frame = frame.analysis.index;
    record.pts = frame.pts;
    return record;
  };
  for (const Observation& seen : tracker_->Next(frame.analysis)) {
    const auto restart = std::find_if(starts.begin(), starts.end(), [&](const StartMask& start) {
      return start.object == seen.object;
    });
    if (restart != starts.end()) {
      if (!seen.mask.Empty()) {
        agreement_[seen.object] = IntersectionOverUnion(seen.mask, restart->in_image);
      }
      continue;
    }
    const StateRules::State state = rules_.at(seen.object).Apply(seen, seconds, tracker_->AtCut());
    if (state.state == TrackState::kTracked) last_seen_[seen.object] = state.mask;
    MaskRecord record = base(seen.object);
    record.state = state.state;
    const bool absent = state.state == TrackState::kAbsent;
    record.confidence =
        absent ? state.confidence : state.confidence * start_confidence_.at(seen.object);
    record.mask = ScaleMask(state.mask, mask_size_);
    records.push_back(std::move(record));
  }
  for (const StartMask& start : starts) {
    tracker_->SetMask(start.object, start.in_image);
    rules_.try_emplace(start.object, StateRules::Options{})
        .first->second.Given(start.in_image, seconds);
    last_seen_[start.object] = start.in_image;
    start_confidence_[start.object] = start.confidence;
    MaskRecord record = base(start.object);
    record.state = start.state;
    record.confidence = start.confidence;
    record.mask = start.in_mask;
    records.push_back(std::move(record));
  }
  return records;
}

double TrackingDirection::AgreementAtStart(int object) const {
  const auto found = agreement_.find(object);
  return found == agreement_.end() ? 1 : found->second;
}

const Mask* TrackingDirection::LastSeen(int object) const {
  const auto found = last_seen_.find(object);
  return found == last_seen_.end() ? nullptr : &found->second;
}

}  // namespace tapmask
