// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tapmask/core/candidate_scale.h"
#include "tapmask/core/geometry.h"
#include "tapmask/core/mask.h"
#include "tapmask/track/analysis_frame.h"

namespace tapmask {

// A point in the pixels of an analysis frame.
struct ImagePoint {
  Point2f in_image;
  bool is_object = true;
};

struct MaskCandidate {
  Mask mask;              // Of the analysis frame's size.
  double confidence = 0;  // 0 to 1: the probability that IoU with what the user means is >= 0.5.
  CandidateScale scale = CandidateScale::kObject;
};

// Finds the object at the user's points in one frame, or corrects what was found there.
//
// An instance holds the model and scratch memory, so it is not thread-safe: make one per worker
// thread and keep it for the whole job. Same input, same answer, whatever was asked before.
class Segmenter {
 public:
  virtual ~Segmenter() = default;

  // The answer first, then up to three alternatives, best first. Never empty; an answer with an
  // empty mask means "no object there", which is normal and not an error.
  //
  // frame       Both sides in [16, 8192] pixels.
  // neighbours  Frames around it in ascending order of index, `frame` not among them, for motion;
  //             may be empty. Those beyond a cut must not be given.
  // points      At least one with is_object; every one inside the frame.
  //
  // Throws Error with kInvalidArgument when the limits above are broken, kUnavailable when the
  // model could not run now.
  virtual std::vector<MaskCandidate> Segment(const AnalysisFrame& frame,
                                             std::span<const AnalysisFrame> neighbours,
                                             std::span<const ImagePoint> points) = 0;

  // The same, where it is known what was taken for the object so far: the answer is `before`,
  // corrected. Where no point asks for a change it is as it was, pixel for pixel.
  //
  // before      Of the frame's size, not empty.
  // points      At least one; all may be "not this".
  virtual std::vector<MaskCandidate> Refine(const AnalysisFrame& frame,
                                            std::span<const AnalysisFrame> neighbours,
                                            const Mask& before,
                                            std::span<const ImagePoint> points) = 0;

  // Which frames around the tapped one they want, as offsets in frames.
  virtual std::span<const int> NeighbourOffsets() const = 0;
};

}  // namespace tapmask
