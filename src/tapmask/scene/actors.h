// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tapmask/scene/canvas.h"

namespace tapmask::scene_internal {

// The walking figure, in world units.
struct Pose {
  Vec foot;          // On the ground, below the hip.
  float facing = 1;  // 1 to the right, -1 to the left, between: turning.
  double phase = 0;  // Of the walk, in turns; one is two steps.
};
inline constexpr float kStride = 178;  // How far one turn of the phase carries the figure.

struct Ball {
  Vec centre;
  double turns = 0;  // Clockwise.
};
inline constexpr float kBallRadius = 25;

// What these paint lies inside the bounds. `cover` as in Canvas::Fill.
Bounds FigureBounds(const Pose& pose);
void PaintFigure(Canvas& canvas, uint64_t seed, const Pose& pose, std::vector<float>* cover);
Point2f ChestOf(const Pose& pose);

Bounds BallBounds(const Ball& ball);
void PaintBall(Canvas& canvas, uint64_t seed, const Ball& ball, std::vector<float>* cover);

// A soft shadow on the ground, no wider than `half_width` on both sides of `at`.
Bounds ShadowBounds(Vec at, float half_width);
void PaintShadow(Canvas& canvas, Vec at, float half_width);

// A lamp post that stands before the figure.
void PaintPost(Canvas& canvas, uint64_t seed, float x, std::vector<float>* cover);

}  // namespace tapmask::scene_internal
