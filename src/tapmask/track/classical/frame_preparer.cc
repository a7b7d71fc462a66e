// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/frame_preparer.h"

#include <algorithm>
#include <utility>

#include "tapmask/core/parallel.h"
#include "tapmask/core/stopwatch.h"

namespace tapmask {

struct FramePreparer::Work {
  Prepared out;
  CutDetector cuts;
  bool with_motion = false;
  FlowPair flow;
  std::unique_ptr<Tasks> tasks;
};

FramePreparer::FramePreparer(int threads) : threads_(std::max(1, threads)) {}
FramePreparer::~FramePreparer() = default;

void FramePreparer::Begin(const BgrImage& image, const WorkingFrame* before) {
  work_.reset();
  if (threads_ > 1) work_ = MakeWork(image, before, threads_ - 1);
}

FramePreparer::Prepared FramePreparer::Take(const BgrImage& image, const WorkingFrame* before) {
  std::unique_ptr<Work> work = std::exchange(work_, nullptr);
  const bool as_expected =
      work && work->out.frame.image.SameSamples(image) && work->with_motion == (before != nullptr);
  if (!as_expected) {
    work.reset();  // Its threads end before others begin to use the same.
    work = MakeWork(image, before, 0);
  }
  work->tasks->Finish();
  cuts_ = std::move(work->cuts);
  if (work->with_motion && !work->out.at_cut) {
    const Stopwatch watch("flow");
    SetMotion(work->out.frame, std::move(work->flow));
  }
  return std::move(work->out);
}

WorkingFrame FramePreparer::Again(const BgrImage& image) {
  WorkingFrame frame = MakeWorkingFrame(image);
  frame.features = MakeFeatureImages(frame.bgr);
  return frame;
}

void FramePreparer::Archive(StateArchive& archive) {
  if (!archive.saves()) work_.reset();
  archive(cuts_);
}

std::unique_ptr<FramePreparer::Work> FramePreparer::MakeWork(const BgrImage& image,
                                                             const WorkingFrame* before,
                                                             int helpers) {
  auto made = std::make_unique<Work>();
  Work& work = *made;
  work.out.frame = MakeWorkingFrame(image);
  work.cuts = CutDetector(cuts_);
  work.with_motion = before != nullptr;
  const auto run = [this, &work, before](int task) {  // The dearest first.
    WorkingFrame& frame = work.out.frame;
    if (task < 2) {
      if (!before) return;
      const Stopwatch watch("flow");
      if (task == 0) work.flow.backward = flow_.Backward(before->gray, frame.gray);
      if (task == 1) work.flow.forward = flow_.Forward(before->gray, frame.gray);
    } else if (task == 2) {
      const Stopwatch watch("features");
      frame.features = MakeFeatureImages(frame.bgr);
    } else {
      const Stopwatch watch("cut detection");
      work.out.at_cut = work.cuts.Next(frame.gray);
    }
  };
  work.tasks = std::make_unique<Tasks>(4, helpers, run);
  return made;
}

}  // namespace tapmask
