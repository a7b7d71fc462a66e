// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "tapmask/core/image.h"
#include "tapmask/motion/cut_detector.h"
#include "tapmask/motion/flow.h"
#include "tapmask/track/classical/working_frame.h"

namespace tapmask {

// Makes working frames: features, cuts and motion, all that does not depend on the objects. With
// several threads it can be begun while the objects of the frame before are still followed.
//
// Not thread-safe. Same frames, same results, whatever was begun and never taken.
class FramePreparer {
 public:
  explicit FramePreparer(int threads);
  ~FramePreparer();

  // Begins on the frame that is expected to follow, on other threads; does nothing with one thread.
  // `before`, the frame before it, must stay as it is until the next call; null: no motion.
  void Begin(const BgrImage& image, const WorkingFrame* before);

  struct Prepared {
    WorkingFrame frame;  // With motion, unless it begins a new shot or `before` is null.
    bool at_cut = false;
  };
  Prepared Take(const BgrImage& image, const WorkingFrame* before);

  // A frame that was taken before, without motion.
  static WorkingFrame Again(const BgrImage& image);

  void Archive(StateArchive& archive);

 private:
  struct Work;
  std::unique_ptr<Work> MakeWork(const BgrImage& image, const WorkingFrame* before, int helpers);

  const int threads_;
  FlowEstimator flow_;
  CutDetector cuts_;            // Up to the last frame that was taken.
  std::unique_ptr<Work> work_;  // Last: its threads use the others.
};

}  // namespace tapmask
