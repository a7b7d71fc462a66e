// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tapmask/core/candidate_scale.h"
#include "tapmask/core/geometry.h"
#include "tapmask/core/mask.h"

namespace tapmask {

// What the user said about one spot of one frame.
struct Point {
  Point2f in_shown;       // Pixels of the shown frame (upright, square pixels).
  bool is_object = true;  // false: "this spot is NOT the object".
  int64_t frame = 0;      // Counts shown frames from 0.
  int object = 1;
  // When set, the point is on the frame that is shown at this time, and `frame` does not count.
  std::optional<double> seconds = std::nullopt;
  // When set, the user looked at what the points up to this one find and chose among it; later
  // points correct what was chosen.
  std::optional<CandidateScale> scale = std::nullopt;
};

// A box drawn by hand, in pixels of the shown frame. Between two boxes of one object the box is
// interpolated.
struct GivenBox {
  Rect in_shown;
  int64_t frame = 0;
  int object = 1;
};

// A mask drawn by hand, in upright stored pixels.
struct GivenMask {
  Mask in_mask;
  int64_t frame = 0;
  int object = 1;
};

// Everything the user said about what is to be hidden.
struct Prompts {
  std::vector<Point> points;
  std::vector<GivenBox> boxes;
  std::vector<GivenMask> masks;

  bool Empty() const { return points.empty() && boxes.empty() && masks.empty(); }
};

}  // namespace tapmask
