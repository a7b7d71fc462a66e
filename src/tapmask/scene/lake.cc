// SPDX-License-Identifier: Apache-2.0
#include "tapmask/scene/background.h"

namespace tapmask::scene_internal {
namespace {

constexpr float kShore = 452;

void PaintWater(Canvas& canvas, uint64_t seed) {
  Bounds box = Everything(canvas);
  box.y0 = kHorizon;
  box.y1 = kShore + 20;
  canvas.Fill(
      box, [&](Vec p) { return kHorizon - p.y; },
      [&](Vec p) {
        const float depth = Clamp01((p.y - kHorizon) / (kShore - kHorizon));
        const float size = Lerp(0.35f, 1.5f, depth);
        const float ripple = Fractal(seed, p.x / (34 * size), p.y / (4.5f * size), 5);
        const Color water =
            Between(Color{176, 205, 214}, Color{52, 104, 128}, 0.25f + 0.7f * depth);
        return Between(water * (1 + 0.2f * ripple), {235, 244, 242}, Smooth(0.42f, 0.7f, ripple));
      });
}

}  // namespace

void PaintLake(Canvas& canvas, uint64_t seed) {
  PaintSky(canvas, seed + 100,
           {{74, 138, 204}, {128, 182, 224}, {190, 216, 230}, {226, 234, 230}, {250, 250, 248}},
           {760, 40});
  PaintHills(canvas, seed + 200, 232, 70, kHorizon + 8, {128, 150, 176}, 210);
  PaintHills(canvas, seed + 300, 276, 30, kHorizon + 8, {86, 122, 110}, 120);
  PaintWater(canvas, seed + 400);
  const Bounds all = Everything(canvas);
  PaintGrass(canvas, seed + 500, kShore, all.y1 + 2, {92, 138, 66});
  PaintBushes(canvas, seed + 800, kShore + 7, 9, {96, 122, 62});
  for (int i = -8; i <= 16; ++i) {
    const float x = 150 * static_cast<float>(i) + 90 * Unit(seed + 600, i);
    if (x < all.x0 - 150 || x > all.x1 + 150 || i % 3 == 0) continue;
    PaintTree(canvas, seed + 700 + static_cast<uint64_t>(i + 8),
              {x, kShore + 14 + 20 * Unit(seed, i)}, 230 + 60 * Unit(seed + 650, i), {84, 124, 62});
  }
}

}  // namespace tapmask::scene_internal
