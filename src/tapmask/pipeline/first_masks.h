// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "tapmask/core/coordinates.h"
#include "tapmask/pipeline/analysis_source.h"
#include "tapmask/pipeline/prompt_schedule.h"
#include "tapmask/pipeline/tracking_direction.h"
#include "tapmask/track/segmenter.h"

namespace tapmask {

// Turns what the user said about a frame into masks.
class FirstMasks {
 public:
  FirstMasks(std::unique_ptr<Segmenter> segmenter, const FrameGeometry& geometry)
      : segmenter_(std::move(segmenter)), geometry_(geometry) {}

  std::span<const int> NeighbourOffsets() const { return segmenter_->NeighbourOffsets(); }

  // `before`: what was taken for the object in this frame so far, of the analysis frame's size, or
  // null. Points correct it; but a "this" point that is far away from it says that it is something
  // else altogether. Throws kInvalidArgument when nothing is found.
  StartMask Find(const PromptSchedule::Said& said, const FrameWindow& window, const Mask* before);

  // The answer and its alternatives for points alone. Where a point says that the user chose, what
  // was chosen is the answer until there, and what is corrected from there on. Throws
  // kInvalidArgument when there is nothing of that scale.
  std::vector<MaskCandidate> Candidates(const std::vector<Point>& points,
                                        const AnalysisFrame& frame,
                                        std::span<const AnalysisFrame> neighbours,
                                        const Mask* before);

 private:
  std::vector<MaskCandidate> Segmented(std::span<const Point> points, const AnalysisFrame& frame,
                                       std::span<const AnalysisFrame> neighbours,
                                       const Mask* before);
  std::vector<ImagePoint> InImage(std::span<const Point> points, Size image) const;

  std::unique_ptr<Segmenter> segmenter_;
  const FrameGeometry geometry_;
};

}  // namespace tapmask
