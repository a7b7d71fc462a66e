// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/tracking_direction.h"

#include "tapmask/core/mask_scale.h"

namespace tapmask {

TrackingDirection::TrackingDirection(const Engine& engine, int threads, const Size& mask_size)
    : tracker_(engine.make_tracker(threads)), mask_size_(mask_size) {}

void TrackingDirection::Next(const TimedFrame& frame, const AnalysisFrame* after) {
  frame_ = frame.analysis.index;
  pts_ = frame.pts;
  seconds_ = frame.analysis.seconds;
  for (const Observation& seen : tracker_->Next(frame.analysis, after)) {
    Object& object = objects_.at(seen.object);
    const StateRules::State state = object.rules.Apply(seen, seconds_, tracker_->AtCut());
    const bool absent = state.state == TrackState::kAbsent;
    object.observed = seen.mask;
    object.trusted = state.state == TrackState::kTracked;
    object.record = {seen.object,
                     frame_,
                     pts_,
                     state.state,
                     absent ? state.confidence : state.confidence * object.start_confidence,
                     ScaleMask(state.mask, mask_size_)};
  }
}

const Mask* TrackingDirection::Seen(int object) const {
  const auto found = objects_.find(object);
  return found != objects_.end() && found->second.trusted ? &found->second.observed : nullptr;
}

double TrackingDirection::Agreement(int object, const Mask& in_image) const {
  const auto found = objects_.find(object);
  if (found == objects_.end() || found->second.observed.Empty()) return 1;
  return IntersectionOverUnion(found->second.observed, in_image);
}

void TrackingDirection::Start(const StartMask& start) {
  tracker_->SetMask(start.object, start.in_image);
  Object& object = objects_[start.object];
  object.rules.Given(start.in_image, seconds_);
  object.start_confidence = start.confidence;
  object.observed = start.in_image;
  object.trusted = !start.in_image.Empty();
  object.record = {start.object, frame_, pts_, start.state, start.confidence, start.in_mask};
}

void TrackingDirection::Forget(int object) {
  tracker_->Forget(object);
  objects_.erase(object);
}

std::vector<MaskRecord> TrackingDirection::Records() const {
  std::vector<MaskRecord> records;
  for (const auto& [number, object] : objects_) records.push_back(object.record);
  return records;
}

}  // namespace tapmask
