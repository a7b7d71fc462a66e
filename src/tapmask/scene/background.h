// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tapmask/scene/canvas.h"

namespace tapmask::scene_internal {

// Where things stand in the world, whose unit is a pixel of a 960x540 film; y points down.
inline constexpr float kHorizon = 318;
inline constexpr float kFigureGround = 468;
inline constexpr float kPostGround = 486;
inline constexpr float kBallGround = 506;

// Fill the whole canvas with a place: all that stands still and lies behind the figure.
void PaintStreet(Canvas& canvas, uint64_t seed);  // A promenade at golden hour.
void PaintLake(Canvas& canvas, uint64_t seed);    // The other place, behind a cut.

// Parts of both.
Bounds Everything(const Canvas& canvas);
struct SkyColors {
  Color top, middle, low, horizon, cloud;
};
void PaintSky(Canvas& canvas, uint64_t seed, const SkyColors& colors, Vec sun);
// A ridge of hills whose tops are around `top` and whose foot is hidden below `foot`.
void PaintHills(Canvas& canvas, uint64_t seed, float top, float height, float foot, Color color,
                float width);
void PaintTree(Canvas& canvas, uint64_t seed, Vec foot, float height, Color leaves);
void PaintBushes(Canvas& canvas, uint64_t seed, float foot, float height, Color leaves);
// Grass from `top` to `bottom`.
void PaintGrass(Canvas& canvas, uint64_t seed, float top, float bottom, Color color);

}  // namespace tapmask::scene_internal
