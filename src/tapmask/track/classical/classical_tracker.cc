// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/classical_tracker.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/motion/cut_detector.h"
#include "tapmask/motion/flow.h"
#include "tapmask/motion/opencv_errors.h"
#include "tapmask/track/classical/object_track.h"
#include "tapmask/track/classical/track_lift.h"
#include "tapmask/track/classical/working_frame.h"

namespace tapmask {
namespace {

constexpr int kMinSide = 16, kMaxSide = 8192;

class ClassicalTracker final : public Tracker {
 public:
  explicit ClassicalTracker(ClassicalTrackerOptions options)
      : flow_({.threads = options.threads}) {}

  std::vector<Observation> Next(const AnalysisFrame& frame) override {
    CheckSize(frame.image);
    return TranslateOpenCvErrors([&] {
      WorkingFrame now = MakeWorkingFrame(frame.image);
      at_cut_ = cuts_.Next(now.gray);
      if (frame_ && !at_cut_ && !objects_.empty()) {
        SetMotion(now, flow_.Between(frame_->gray, now.gray));
      }
      std::vector<Observation> seen;
      for (auto& [number, track] : objects_) {
        seen.push_back(Observe(number, track.Next(*frame_, now, at_cut_), now));
      }
      frame_ = std::move(now);
      return seen;
    });
  }

  void SetMask(int object, const Mask& mask) override {
    if (!frame_) {
      throw Error(Code::kInvalidArgument, "A mask needs a frame: none was given so far.");
    }
    if (!(mask.size() == frame_->image.size())) {
      throw Error(Code::kInvalidArgument, "The mask must have the size of the frame.");
    }
    TranslateOpenCvErrors([&] {
      auto& track = objects_.try_emplace(object, object).first->second;
      track.Given(GridFromMask(mask, frame_->size()), *frame_);
    });
  }

  void Forget(int object) override { objects_.erase(object); }

  bool AtCut() const override { return at_cut_; }

 private:
  void CheckSize(const BgrImage& image) const {
    if (std::min(image.width(), image.height()) < kMinSide ||
        std::max(image.width(), image.height()) > kMaxSide) {
      throw Error(Code::kInvalidArgument,
                  "A frame to be tracked must have sides of 16 to 8192 pixels.");
    }
    if (frame_ && !(image.size() == frame_->image.size())) {
      throw Error(Code::kInvalidArgument, "All frames of a pass must have one size.");
    }
  }

  static Observation Observe(int number, const ObjectTrack::Seen& seen, const WorkingFrame& frame) {
    return {number, LiftToFrame(seen.probability, seen.around, frame), seen.confidence,
            seen.absent_probability};
  }

  FlowEstimator flow_;
  CutDetector cuts_;
  std::optional<WorkingFrame> frame_;   // The last one.
  std::map<int, ObjectTrack> objects_;  // By number.
  bool at_cut_ = false;
};

}  // namespace

std::unique_ptr<Tracker> MakeClassicalTracker(ClassicalTrackerOptions options) {
  return std::make_unique<ClassicalTracker>(options);
}

}  // namespace tapmask
