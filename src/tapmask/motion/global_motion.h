// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "tapmask/core/geometry.h"
#include "tapmask/core/mask.h"
#include "tapmask/core/state_archive.h"
#include "tapmask/motion/flow.h"

namespace tapmask {

// A projective map between two pictures, row by row; pixel centres have integer coordinates here.
struct Homography {
  std::array<double, 9> m{1, 0, 0, 0, 1, 0, 0, 0, 1};

  Point2f Map(double x, double y) const {
    const double w = m[6] * x + m[7] * y + m[8];
    return {(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w};
  }
  void Archive(StateArchive& archive) { archive(m); }
};

// The motion that the camera gives the background: the homography that most of the flow outside
// `objects` agrees with (RANSAC with a fixed seed, 1 pixel, so the same field gives the same map).
// `objects` has the field's size or none at all. Too few pixels, or a map that no camera makes,
// give the median shift instead; no pixels at all give the identity.
Homography FitGlobalMotion(const FlowField& flow, const Mask& objects);

// What of the flow the global motion does not explain.
FlowField ResidualMotion(const FlowField& flow, const Homography& global);

}  // namespace tapmask
