// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "tapmask/core/mask.h"
#include "tapmask/core/state_archive.h"
#include "tapmask/track/analysis_frame.h"

namespace tapmask {

// What a tracker sees of one object in one frame. The states of the mask track are made from
// these, for every engine alike, by `StateRules`.
struct Observation {
  int object = 1;
  Mask mask;                      // Of the analysis frame's size; empty when nothing was found.
  double confidence = 0;          // 0 to 1: the probability that the mask's IoU is >= 0.5.
  double absent_probability = 0;  // 0 to 1: that nothing of the object is in the picture.
};

// Carries masks from frame to frame, for several objects in one pass over the video.
//
// Frames come in order of time or, in a pass backwards, in reverse order; a tracker does not know
// which. An instance serves one pass: make a new one for the other direction.
//
// Not thread-safe. Same calls, same results, whatever the number of threads.
class Tracker {
 public:
  virtual ~Tracker() = default;

  // Moves on to `frame` and says where every object known so far is, by rising object number.
  // All frames of a pass have one size, both sides in [16, 8192] pixels. `after` may be the frame
  // that follows, when it is at hand: with several threads, work on it begins meanwhile. It changes
  // no result, also when another frame follows in the end.
  // Throws Error: kInvalidArgument for another size, kUnavailable when a model cannot run now.
  virtual std::vector<Observation> Next(const AnalysisFrame& frame, const AnalysisFrame* after) = 0;
  std::vector<Observation> Next(const AnalysisFrame& frame) { return Next(frame, nullptr); }

  // Says what object `object` is in the frame last given to `Next`; it is followed from there on.
  // A known object is corrected: what was learnt before counts less than the new mask.
  // `mask` has the frame's size. An empty one means "not in this frame".
  virtual void SetMask(int object, const Mask& mask) = 0;

  // Follows `object` no longer; one that is not known is no error.
  virtual void Forget(int object) = 0;

  // True when the frame last given to `Next` begins a new shot.
  virtual bool AtCut() const = 0;

  // Saves all that bears upon later results, or puts it into this tracker, which then goes on like
  // the one that was saved. Throws Error, kInvalidArgument, for what is damaged; the tracker may
  // then only be destroyed.
  virtual void Archive(StateArchive& archive) = 0;
};

}  // namespace tapmask
