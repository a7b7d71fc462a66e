// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/first_masks.h"

#include <algorithm>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/core/mask_scale.h"

namespace tapmask {
namespace {

// True when every "this" point may belong to `before`: it is no farther away from its box than that
// is long, or, since little may be left of what is hidden, a quarter of the picture's short side.
bool Correct(const std::vector<ImagePoint>& points, const Mask& before) {
  const Rect box = before.BoundingBox();
  const int reach =
      std::max({box.width, box.height, std::min(before.width(), before.height()) / 4});
  return std::all_of(points.begin(), points.end(), [&](const ImagePoint& point) {
    const auto [x, y] = point.in_image;
    return !point.is_object || (x >= box.x - reach && x <= box.right() + reach &&
                                y >= box.y - reach && y <= box.bottom() + reach);
  });
}

// Makes the best of `scale` the answer.
void BringForward(std::vector<MaskCandidate>& candidates, CandidateScale scale, int64_t frame) {
  const auto chosen =
      std::find_if(candidates.begin(), candidates.end(), [scale](const MaskCandidate& candidate) {
        return candidate.scale == scale && !candidate.mask.Empty();
      });
  if (chosen == candidates.end()) {
    throw Error(Code::kInvalidArgument,
                fmt::format("In frame {} there is no {} at these points; look at the preview, "
                            "or leave the choice out.",
                            frame, CandidateScaleName(scale)))
        .Because(Reason::kNoObject);
  }
  std::rotate(candidates.begin(), chosen, chosen + 1);
}

}  // namespace

std::vector<MaskCandidate> FirstMasks::Candidates(const std::vector<Point>& points,
                                                  const AnalysisFrame& frame,
                                                  std::span<const AnalysisFrame> neighbours,
                                                  const Mask* before) {
  const std::span<const Point> all(points);
  std::vector<MaskCandidate> candidates;
  Mask chosen;
  size_t begin = 0;  // Of the points after the last choice.
  const auto ask = [&](size_t end) {
    const std::span<const Point> some = all.subspan(begin, end - begin);
    candidates = begin == 0 ? Segmented(some, frame, neighbours, before)
                            : segmenter_->Refine(frame, neighbours, chosen,
                                                 InImage(some, frame.image.size()));
    begin = end;
  };
  for (size_t i = 0; i < points.size(); ++i) {
    if (!points[i].scale) continue;
    ask(i + 1);
    BringForward(candidates, *points[i].scale, frame.index);
    chosen = candidates.front().mask;
  }
  if (begin < points.size()) ask(points.size());
  return candidates;
}

std::vector<MaskCandidate> FirstMasks::Segmented(std::span<const Point> points,
                                                 const AnalysisFrame& frame,
                                                 std::span<const AnalysisFrame> neighbours,
                                                 const Mask* before) {
  const std::vector<ImagePoint> in_image = InImage(points, frame.image.size());
  if (before && !before->Empty() && Correct(in_image, *before)) {
    return segmenter_->Refine(frame, neighbours, *before, in_image);
  }
  const bool is_located = std::any_of(in_image.begin(), in_image.end(),
                                      [](const ImagePoint& point) { return point.is_object; });
  if (!is_located) {
    throw Error(Code::kInvalidArgument,
                fmt::format("In frame {} only \"not this\" was said; add a point on the object.",
                            frame.index));
  }
  return segmenter_->Segment(frame, neighbours, in_image);
}

std::vector<ImagePoint> FirstMasks::InImage(std::span<const Point> points, Size image) const {
  const Size shown = geometry_.ShownSize();
  std::vector<ImagePoint> in_image;
  for (const Point& point : points) {
    in_image.push_back({{point.in_shown.x * image.width / shown.width,
                         point.in_shown.y * image.height / shown.height},
                        point.is_object});
  }
  return in_image;
}

StartMask FirstMasks::Find(const PromptSchedule::Said& said, const FrameWindow& window,
                           const Mask* before) {
  const AnalysisFrame& frame = window.current().analysis;
  StartMask start;
  start.object = said.object;
  if (said.mask_in_mask || said.box_in_mask) {
    start.in_mask = said.mask_in_mask ? *said.mask_in_mask : *said.box_in_mask;
    start.in_image = ScaleMask(start.in_mask, frame.image.size());
    start.state = TrackState::kGiven;
    return start;
  }
  const MaskCandidate answer = Candidates(said.points, frame, window.Neighbours(), before).front();
  if (answer.mask.Empty()) {
    const Point& point = said.points.front();
    throw Error(Code::kInvalidArgument,
                fmt::format("Nothing was found at {:g},{:g} in frame {}; tap another spot on the "
                            "object, or draw a box around it.",
                            point.in_shown.x, point.in_shown.y, frame.index))
        .Because(Reason::kNoObject);
  }
  start.in_image = answer.mask;
  start.in_mask = ScaleMask(answer.mask, geometry_.MaskSize());
  start.confidence = answer.confidence;
  return start;
}

}  // namespace tapmask
