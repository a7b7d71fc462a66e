// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tapmask/scene/background.h"

namespace tapmask::scene_internal {

Bounds Everything(const Canvas& canvas) {
  const Rect& area = canvas.area();
  const Vec a = canvas.WorldFrom(area.x, area.y);
  const Vec b = canvas.WorldFrom(area.right() - 1, area.bottom() - 1);
  return {a.x, a.y, b.x, b.y};
}

void PaintSky(Canvas& canvas, uint64_t seed, const SkyColors& colors, Vec sun) {
  Bounds box = Everything(canvas);
  box.y1 = std::min(box.y1, kHorizon + 60);
  canvas.ForEach(box, [&](Vec p, Color& pixel, int, int) {
    const float t = Clamp01((p.y + 60) / (kHorizon + 60));
    Color c = t < 0.45f   ? Between(colors.top, colors.middle, Smooth(0, 0.45f, t))
              : t < 0.78f ? Between(colors.middle, colors.low, Smooth(0.45f, 0.78f, t))
                          : Between(colors.low, colors.horizon, Smooth(0.78f, 1, t));
    const float drift = 26 * ValueNoise(seed + 9, p.x / 260, p.y / 90);
    const float n = Fractal(seed, (p.x + drift) / 210, (p.y + 0.4f * drift) / 58, 6);
    const float cloud = Smooth(0.06f, 0.62f, n) * Smooth(1.0f, 0.55f, t);
    const float lit = 0.93f + 0.16f * Fractal(seed + 20, p.x / 70, p.y / 26, 4);
    c = Between(c, colors.cloud * lit, 0.85f * cloud);
    const float d2 = Dot(p - sun, p - sun);
    const float glow = 1 / (1 + d2 / 9000);
    c = Between(c, {255, 238, 196}, 0.72f * glow);
    c = Between(c, {255, 250, 232}, Smooth(25, 21, Length(p - sun)));
    pixel = c;
  });
}

void PaintHills(Canvas& canvas, uint64_t seed, float top, float height, float foot, Color color,
                float width) {
  Bounds box = Everything(canvas);
  box.y0 = top - 2 * height;
  box.y1 = foot;
  canvas.Fill(
      box,
      [&](Vec p) {
        const float ridge = top - height * Fractal(seed, p.x / width, 0.5f, 3) -
                            2.5f * ValueNoise(seed + 5, p.x / 5, 0.5f);
        return ridge - p.y;
      },
      [&](Vec p) {
        const float woods = Fractal(seed + 30, p.x / 16, p.y / 7, 4);
        const float folds = Fractal(seed + 40, p.x / 90 + p.y / 60, p.y / 45, 3);
        const float haze = Clamp01((p.y - top) / (foot - top));
        return Between(color * (1 + 0.10f * woods + 0.14f * folds), color * 1.16f, 0.6f * haze);
      });
}

namespace {

// Leaves seen from afar: clumps and single leaves; `side` as from LitSide.
Color Foliage(uint64_t seed, Vec p, float side, Color color) {
  const float clumps = Fractal(seed + 50, p.x / 17, p.y / 14, 3);
  const float leaves = Fractal(seed + 60, p.x / 4.5f, p.y / 4, 3);
  const float light = 0.88f + 0.32f * side + 0.28f * clumps + 0.26f * leaves;
  const Color warm = Between(color, {236, 184, 88}, Clamp01(0.28f * side + 0.22f * clumps));
  return warm * std::clamp(light, 0.28f, 1.5f);
}

// -1 on the dark side of a round thing to 1 on the lit one.
float LitSide(Vec p, Vec centre, float radius) {
  return Dot(p - centre, {-0.5f, -0.8f}) / radius;
}

}  // namespace

void PaintTree(Canvas& canvas, uint64_t seed, Vec foot, float height, Color leaves) {
  const Vec fork{foot.x + 5 * (Unit(seed, 1) - 0.5f), foot.y - 0.42f * height};
  const float thick = 0.042f * height;
  const auto bark = [&](Vec p) {
    const float n = Fractal(seed + 70, p.x / 2.2f, p.y / 9, 3);
    const float round = Clamp01(0.5f + (foot.x - p.x) / (4 * thick));
    return Color{96, 74, 60} * (0.62f + 0.55f * round + 0.35f * n);
  };
  canvas.Fill(
      Around({foot, fork}, 3 * thick),
      [&](Vec p) { return ConeDistance(p, foot, fork, 1.25f * thick, 0.8f * thick); }, bark);
  const float reach = 0.27f * height;
  const Vec heart{fork.x, foot.y - 0.66f * height};
  for (int i = 0; i < 4; ++i) {
    const Vec tip = heart + Vec{(Unit(seed, 10 + i) - 0.5f) * 1.5f * reach, -0.2f * reach};
    canvas.Fill(
        Around({fork, tip}, thick),
        [&](Vec p) { return ConeDistance(p, fork, tip, 0.6f * thick, 0.2f * thick); }, bark);
  }
  std::array<Vec, 9> blobs;
  for (size_t i = 0; i < blobs.size(); ++i) {
    const double turn = static_cast<double>(i) / 8.0;
    const float far = i == 8 ? 0 : 0.62f + 0.55f * Unit(seed, 30 + static_cast<int64_t>(i));
    blobs[i] = heart + Vec{static_cast<float>(Cosine(turn)) * far * reach,
                           static_cast<float>(Sine(turn)) * 0.86f * far * reach};
  }
  canvas.Fill(
      Around({heart}, 2.4f * reach),
      [&](Vec p) {
        float d = 1e9f;
        for (const Vec& blob : blobs) d = std::min(d, CircleDistance(p, blob, 0.62f * reach));
        const float edge = Fractal(seed + 80, p.x / 13, p.y / 13, 3);
        const float gaps = Fractal(seed + 90, p.x / 6, p.y / 6, 3);
        return d + 9 * edge + 4 * gaps;
      },
      [&](Vec p) {
        float nearest = 1e9f;
        Vec clump;
        for (const Vec& blob : blobs) {
          const float d = CircleDistance(p, blob + Vec{4, 7}, 0);
          if (d >= nearest) continue;
          nearest = d;
          clump = blob;
        }
        const float side =
            0.62f * LitSide(p, heart, 1.4f * reach) + 0.5f * LitSide(p, clump, 0.66f * reach);
        return Foliage(seed, p, side, leaves);
      });
}

void PaintBushes(Canvas& canvas, uint64_t seed, float foot, float height, Color leaves) {
  Bounds box = Everything(canvas);
  box.y0 = foot - 1.8f * height;
  box.y1 = foot;
  canvas.Fill(
      box,
      [&](Vec p) {
        const float top = foot - height * (1 + 0.45f * Fractal(seed, p.x / 46, 0.5f, 3));
        return top - p.y + 4 * Fractal(seed + 2, p.x / 6, p.y / 6, 3);
      },
      [&](Vec p) {
        const Vec middle{p.x, foot - 0.45f * height};
        return Foliage(seed + 3, p, LitSide(p, middle, 0.8f * height), leaves);
      });
}

void PaintGrass(Canvas& canvas, uint64_t seed, float top, float bottom, Color color) {
  Bounds box = Everything(canvas);
  box.y0 = top;
  box.y1 = bottom;
  canvas.Fill(
      box, [&](Vec p) { return top - p.y + ValueNoise(seed, p.x / 3, 0.5f); },
      [&](Vec p) {
        const float blade = Fractal(seed + 1, p.x / 2.6f, p.y / 5, 3);
        const float patch = Fractal(seed + 2, p.x / 70, p.y / 14, 4);
        const Color dry = Between(color, {196, 172, 92}, Clamp01(0.25f + 0.5f * patch));
        return dry * (0.92f + 0.26f * blade + 0.16f * patch);
      });
}

}  // namespace tapmask::scene_internal
