// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/classical_tracker.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "tapmask/core/archive_values.h"
#include "tapmask/core/error.h"
#include "tapmask/core/parallel.h"
#include "tapmask/core/stopwatch.h"
#include "tapmask/motion/opencv_errors.h"
#include "tapmask/track/classical/frame_preparer.h"
#include "tapmask/track/classical/object_track.h"
#include "tapmask/track/classical/track_lift.h"
#include "tapmask/track/classical/working_frame.h"

namespace tapmask {
namespace {

class ClassicalTracker final : public Tracker {
 public:
  explicit ClassicalTracker(ClassicalTrackerOptions options)
      : threads_(std::max(1, options.threads)), preparer_(threads_) {}

  using Tracker::Next;
  std::vector<Observation> Next(const AnalysisFrame& frame, const AnalysisFrame* after) override {
    CheckSize(frame.image);
    return TranslateOpenCvErrors([&] {
      const bool with_motion = frame_ && !objects_.empty();
      auto [now, at_cut] = preparer_.Take(frame.image, with_motion ? &*frame_ : nullptr);
      at_cut_ = at_cut;
      const std::optional<WorkingFrame> before = std::exchange(frame_, std::move(now));
      if (after && after->image.size() == frame.image.size()) {
        preparer_.Begin(after->image, objects_.empty() ? nullptr : &*frame_);
      }
      return Observe(before);
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

  void Archive(StateArchive& archive) override {
    // Of the last frame only the picture: what is looked for in the frame before does not depend on
    // how that one moved.
    BgrImage last = frame_ ? frame_->image : BgrImage();
    archive(preparer_, at_cut_, last);
    std::vector<int> numbers;
    for (const auto& [number, track] : objects_) numbers.push_back(number);
    archive(numbers);
    if (!archive.saves()) {
      frame_.reset();
      objects_.clear();
      if (!last.Empty()) {
        CheckSize(last);
        TranslateOpenCvErrors([&] { frame_ = FramePreparer::Again(last); });
      }
    }
    for (const int number : numbers) {
      archive(objects_.try_emplace(number, number).first->second);
    }
  }

 private:
  void CheckSize(const BgrImage& image) const {
    if (std::min(image.width(), image.height()) < kMinFrameSide ||
        std::max(image.width(), image.height()) > kMaxFrameSide) {
      throw Error(Code::kInvalidArgument,
                  "A frame to be tracked must have sides of 16 to 8192 pixels.");
    }
    if (frame_ && !(image.size() == frame_->image.size())) {
      throw Error(Code::kInvalidArgument, "All frames of a pass must have one size.");
    }
  }

  std::vector<Observation> Observe(const std::optional<WorkingFrame>& before) {
    std::vector<std::pair<int, ObjectTrack*>> tracks;
    for (auto& [number, track] : objects_) tracks.emplace_back(number, &track);
    std::vector<Observation> observations(tracks.size());
    const int threads_of_one = tracks.size() == 1 ? threads_ : 1;
    RunTasks(static_cast<int>(tracks.size()), threads_, [&](int i) {
      const auto& [number, track] = tracks[static_cast<size_t>(i)];
      const ObjectTrack::Seen seen = track->Next(*before, *frame_, at_cut_, threads_of_one);
      const Stopwatch watch("border at full size");
      observations[static_cast<size_t>(i)] = {number,
                                              LiftToFrame(seen.probability, seen.around, *frame_),
                                              seen.confidence, seen.absent_probability};
    });
    return observations;
  }

  const int threads_;
  std::optional<WorkingFrame> frame_;   // The last one.
  std::map<int, ObjectTrack> objects_;  // By number.
  bool at_cut_ = false;
  FramePreparer preparer_;  // Last: its threads look at `frame_`.
};

}  // namespace

std::unique_ptr<Tracker> MakeClassicalTracker(ClassicalTrackerOptions options) {
  return std::make_unique<ClassicalTracker>(options);
}

}  // namespace tapmask
