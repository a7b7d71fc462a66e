// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/first_masks.h"

#include <algorithm>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/core/mask_scale.h"

namespace tapmask {
namespace {

// The centre of the longest run of the mask's middle row: well inside for most shapes.
Point2f InnerPoint(const Mask& mask) {
  const Rect box = mask.BoundingBox();
  Point2f best{box.x + box.width / 2.0, box.y + box.height / 2.0};
  int longest = 0;
  for (int y = box.y + box.height / 3; y <= box.y + 2 * box.height / 3 && y < box.bottom(); ++y) {
    int run = 0;
    for (int x = box.x; x <= box.right(); ++x) {
      if (x < box.right() && mask.At(x, y)) {
        ++run;
      } else {
        if (run > longest) {
          longest = run;
          best = {x - run / 2.0, y + 0.5};
        }
        run = 0;
      }
    }
  }
  return best;
}

}  // namespace

std::vector<MaskCandidate> FirstMasks::Candidates(const std::vector<Point>& points,
                                                  const FrameWindow& window,
                                                  const Mask* last_seen) {
  const AnalysisFrame& frame = window.current().analysis;
  const Size shown = geometry_.ShownSize();
  std::vector<ImagePoint> in_image;
  bool located = false;
  for (const Point& point : points) {
    in_image.push_back({{point.in_shown.x * frame.image.width() / shown.width,
                         point.in_shown.y * frame.image.height() / shown.height},
                        point.is_object});
    located = located || point.is_object;
  }
  if (!located && last_seen && !last_seen->Empty()) {
    in_image.insert(in_image.begin(), {InnerPoint(*last_seen), true});
    located = true;
  }
  if (!located) {
    throw Error(Code::kInvalidArgument,
                fmt::format("In frame {} only \"not this\" was said; add a point on the object.",
                            frame.index));
  }
  return segmenter_->Segment(frame, window.Neighbours(), in_image);
}

StartMask FirstMasks::Find(const PromptSchedule::Said& said, const FrameWindow& window,
                           const Mask* last_seen) {
  const AnalysisFrame& frame = window.current().analysis;
  StartMask start;
  start.object = said.object;
  if (said.mask_in_mask || said.box_in_mask) {
    start.in_mask = said.mask_in_mask ? *said.mask_in_mask : *said.box_in_mask;
    start.in_image = ScaleMask(start.in_mask, frame.image.size());
    start.state = TrackState::kGiven;
    return start;
  }
  const MaskCandidate answer = Candidates(said.points, window, last_seen).front();
  if (answer.mask.Empty()) {
    const Point& point = said.points.front();
    throw Error(Code::kInvalidArgument,
                fmt::format("Nothing was found at {:g},{:g} in frame {}; tap another spot on the "
                            "object, or draw a box around it.",
                            point.in_shown.x, point.in_shown.y, frame.index));
  }
  start.in_image = answer.mask;
  start.in_mask = ScaleMask(answer.mask, geometry_.MaskSize());
  start.confidence = answer.confidence;
  return start;
}

}  // namespace tapmask
