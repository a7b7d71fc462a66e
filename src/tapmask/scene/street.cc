// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tapmask/scene/background.h"

namespace tapmask::scene_internal {
namespace {

constexpr float kHouseFoot = 372;
constexpr float kLawnTop = 368;
constexpr float kPavementTop = 404;

struct House {
  float left, right, eaves;
  Color wall, roof;
  bool gable;
  uint64_t seed;
};

constexpr std::array<Color, 7> kWalls{{{222, 186, 140},
                                       {196, 116, 92},
                                       {228, 212, 184},
                                       {156, 170, 160},
                                       {214, 150, 108},
                                       {172, 140, 150},
                                       {206, 196, 150}}};
constexpr std::array<Color, 3> kRoofs{{{124, 72, 60}, {92, 84, 94}, {146, 88, 66}}};

float RoofHeight(const House& h) {
  return h.gable ? 0.52f * (h.right - h.left) : 34;
}

void PaintRoof(Canvas& canvas, const House& h) {
  const float top = h.eaves - RoofHeight(h), middle = 0.5f * (h.left + h.right);
  const float inset = h.gable ? 0.5f * (h.right - h.left) : 11;
  const std::array<Vec, 4> corners{{{h.left - 5, h.eaves},
                                    {h.left + inset, top},
                                    {h.right - inset, top},
                                    {h.right + 5, h.eaves}}};
  const float chimney = Lerp(h.left, h.right, 0.24f + 0.5f * Unit(h.seed, 3));
  const float slope = h.gable ? std::abs(chimney - middle) / (0.5f * (h.right - h.left)) : 0;
  const Vec stack{chimney, top + slope * RoofHeight(h) - 6};
  canvas.Fill(
      Around({stack}, 26),
      [&](Vec p) {
        return BoxDistance(p, stack, {6, 22});
      },
      [&](Vec p) {
        const float n = Fractal(h.seed + 4, p.x / 3, p.y / 2, 3);
        return Color{150, 92, 74} * (0.9f + 0.3f * n + 0.03f * (stack.x - p.x));
      });
  canvas.Fill(
      Around({corners[0], corners[1], corners[2], corners[3]}, 2),
      [&](Vec p) { return PolygonDistance(p, corners); },
      [&](Vec p) {
        const float row = std::floor((p.y - top) / 5);
        const float column = std::floor((p.x + (static_cast<int>(row) % 2 ? 3.5f : 0)) / 7);
        const float tile = Unit(h.seed, static_cast<int64_t>(row), static_cast<int64_t>(column));
        const float lap = (p.y - top) / 5 - row;
        const float n = Fractal(h.seed + 7, p.x / 20, p.y / 12, 4);
        const float side = h.gable && p.x > middle ? 0.82f : 1.06f;
        return h.roof * (side * (0.86f + 0.22f * tile + 0.18f * n - 0.24f * Smooth(0.72f, 1, lap)));
      });
}

Color Wall(const House& h, Vec p) {
  const float plaster = Fractal(h.seed + 10, p.x / 24, p.y / 30, 5);
  const float grain = Fractal(h.seed + 20, p.x / 2.6f, p.y / 2.6f, 2);
  float brick = 0;
  if (h.gable) {
    const float row = std::floor(p.y / 4.2f);
    const float x = p.x / 10 + (static_cast<int>(row) % 2 ? 0.5f : 0);
    const float joint =
        std::max(Smooth(0.80f, 0.95f, p.y / 4.2f - row), Smooth(0.88f, 0.98f, x - std::floor(x)));
    brick = 0.16f * (Unit(h.seed, static_cast<int64_t>(row), static_cast<int64_t>(std::floor(x))) -
                     0.5f) +
            0.10f * joint;
  }
  const float across = (p.x - h.left) / (h.right - h.left);
  const float soil = 0.20f * Smooth(kHouseFoot - 46, kHouseFoot, p.y);
  const float under_eaves = 0.26f * Smooth(h.eaves + 13, h.eaves, p.y);
  return h.wall *
         (1.05f - 0.14f * across + 0.13f * plaster + 0.09f * grain + brick - soil - under_eaves);
}

void PaintWindow(Canvas& canvas, const House& h, Vec centre, int number) {
  const Vec half{8, 12.5f};
  const bool is_lit = Unit(h.seed + 30, number) < 0.34f;
  const Vec sill = centre + Vec{0, half.y + 4};
  canvas.Fill(
      Around({centre}, 24),
      [&](Vec p) {
        return BoxDistance(p, centre, half + Vec{3, 3});
      },
      [&](Vec p) {
        const float n = ValueNoise(h.seed + 31, p.x / 2, p.y / 2);
        return Color{238, 228, 210} * (0.94f + 0.05f * n);
      });
  canvas.Fill(
      Around({centre}, 24), [&](Vec p) { return BoxDistance(p, centre, half); },
      [&](Vec p) {
        const Vec q = p - centre;
        const float bar =
            std::max(Smooth(1.5f, 0.7f, std::abs(q.x)), Smooth(1.3f, 0.6f, std::abs(q.y + 3)));
        const float n = Fractal(h.seed + 33, p.x / 6 + 40 * static_cast<float>(number), p.y / 8, 3);
        const Color glass = is_lit ? Color{255, 206, 118} * (0.92f + 0.2f * n - 0.010f * q.y)
                                   : Between(Color{70, 84, 108}, Color{196, 176, 176},
                                             Clamp01(0.35f - 0.03f * (q.y + q.x) + 0.5f * n));
        const float shade = 1 - 0.4f * Smooth(-half.y + 5, -half.y, q.y);
        return Between(glass * shade, {232, 220, 200}, bar);
      });
  canvas.Fill(
      Around({sill}, 16),
      [&](Vec p) {
        return BoxDistance(p, sill, {half.x + 5, 2});
      },
      [](Vec) {
        return Color{206, 192, 172};
      });
  if (Unit(h.seed + 34, 0) < 0.5f) return;
  const Color shutter = Between(Color{74, 108, 104}, Color{120, 76, 70}, Unit(h.seed + 35, 0));
  for (float side : {-1.0f, 1.0f}) {
    const Vec at = centre + Vec{side * (half.x + 7.5f), 0};
    canvas.Fill(
        Around({at}, 18),
        [&](Vec p) {
          return BoxDistance(p, at, {4, half.y + 1});
        },
        [&](Vec p) {
          const float slat = p.y / 3.2f - std::floor(p.y / 3.2f);
          return shutter * (0.84f + 0.3f * slat);
        });
  }
}

void PaintHouse(Canvas& canvas, const House& h) {
  PaintRoof(canvas, h);
  const Vec centre{0.5f * (h.left + h.right), 0.5f * (h.eaves + kHouseFoot)};
  const Vec half{0.5f * (h.right - h.left), 0.5f * (kHouseFoot - h.eaves)};
  const Bounds box{h.left, h.eaves, h.right, kHouseFoot};
  canvas.Fill(
      box, [&](Vec p) { return BoxDistance(p, centre, half); }, [&](Vec p) { return Wall(h, p); });
  if (h.gable) {  // A wall up to the ridge, inside the roof's edge.
    const std::array<Vec, 3> corners{{{h.left + 5, h.eaves + 1},
                                      {centre.x, h.eaves - RoofHeight(h) + 9},
                                      {h.right - 5, h.eaves + 1}}};
    canvas.Fill(
        Around({corners[0], corners[1], corners[2]}, 1),
        [&](Vec p) { return PolygonDistance(p, corners); }, [&](Vec p) { return Wall(h, p); });
    PaintWindow(canvas, h, {centre.x, h.eaves - 10}, 99);
  }
  const int columns = std::max(1, static_cast<int>((h.right - h.left - 12) / 38));
  const float step = (h.right - h.left) / static_cast<float>(columns);
  int number = 0;
  for (int row = 0; h.eaves + 30 + 44 * static_cast<float>(row) < kHouseFoot - 24; ++row) {
    const float y = h.eaves + 30 + 44 * static_cast<float>(row);
    for (int i = 0; i < columns; ++i) {
      PaintWindow(canvas, h, {h.left + step * (static_cast<float>(i) + 0.5f), y}, number++);
    }
  }
}

void PaintHouses(Canvas& canvas, uint64_t seed, const Bounds& all) {
  float left = -1600;
  for (int i = 0; left < all.x1; ++i) {
    const float width = 74 + 62 * Unit(seed, i, 1);
    if (left + width + 8 > all.x0 && Unit(seed, i, 6) > 0.13f) {
      PaintHouse(canvas, {left, left + width, 148 + 92 * Unit(seed, i, 2),
                          kWalls[Hash(seed, i, 3) % kWalls.size()],
                          kRoofs[Hash(seed, i, 4) % kRoofs.size()], Unit(seed, i, 5) < 0.5f,
                          Hash(seed, i, 7)});
    }
    left += width + (Unit(seed, i, 8) < 0.3f ? 24.0f : 1.0f);
  }
}

// Stones in rows towards the horizon's middle, each with its own tint.
Color Stone(uint64_t seed, Vec p) {
  const float depth = p.y - kHorizon + 40;
  const float away = 15000 / depth;  // Rows get lower with the distance.
  const float row = std::floor(away / 6.5f);
  const float x =
      (p.x - 480) * 126 / depth / 52 + 0.5f * static_cast<float>(static_cast<int>(row) % 2);
  const float column = std::floor(x);
  const float in_row = away / 6.5f - row, in_column = x - column;
  const float edge = std::min({in_row, 1 - in_row, in_column * 1.6f, (1 - in_column) * 1.6f});
  const auto id_row = static_cast<int64_t>(row), id_column = static_cast<int64_t>(column);
  const float tint = Unit(seed, id_row, id_column);
  const float warmth = Unit(seed + 1, id_row, id_column);
  const float speckle = Fractal(seed + 2, 17 * x, 2.6f * away, 3);  // Lies flat on the ground.
  const float stain = Fractal(seed + 3, p.x / 60, p.y / 22, 5);
  const Color base = Between(Color{176, 158, 144}, Color{158, 160, 168}, warmth);
  const float light =
      0.86f + 0.17f * tint + 0.17f * speckle + 0.15f * stain - 0.28f * Smooth(0.09f, 0.02f, edge);
  return base * light;
}

void PaintPavement(Canvas& canvas, uint64_t seed, const Bounds& all) {
  canvas.Fill(
      {all.x0, kPavementTop, all.x1, all.y1}, [&](Vec p) { return kPavementTop - p.y; },
      [&](Vec p) { return Stone(seed, p); });
  canvas.Fill(
      {all.x0, kPavementTop - 6, all.x1, kPavementTop + 4},
      [&](Vec p) { return std::abs(p.y - kPavementTop + 1) - 4.5f; },
      [&](Vec p) {
        const float n = Fractal(seed + 5, p.x / 6, p.y / 3, 4);
        const float joint = p.x / 64 - std::floor(p.x / 64);
        return Color{206, 194, 178} * (0.95f + 0.2f * n - 0.3f * Smooth(0.98f, 1, joint)) *
               (p.y > kPavementTop ? 0.74f : 1.0f);
      });
  for (int i = 0; i < 420; ++i) {  // Fallen leaves.
    const float near = Unit(seed + 6, i, 1);
    const Vec at{-900 + 2900 * Unit(seed + 6, i), kPavementTop + 6 + 170 * near * near};
    const float size = 1.5f + 3.0f * (at.y - kPavementTop) / 140;
    const Color color = Between(Color{206, 120, 44}, Color{226, 178, 70}, Unit(seed + 6, i, 2));
    const float tilt = Unit(seed + 6, i, 3) - 0.5f;
    canvas.Fill(
        Around({at}, 2 * size),
        [&](Vec p) {
          const Vec q{p.x, p.y + tilt * (p.x - at.x)};
          return EllipseDistance(q, at, {size, 0.5f * size});
        },
        [&](Vec p) { return color * (0.85f + 0.1f * (at.x - p.x) / size); });
  }
}

void PaintBench(Canvas& canvas, uint64_t seed, float x) {
  const float ground = kPavementTop + 14;
  const auto wood = [&](Vec p) {
    return Color{150, 100, 62} * (0.95f + 0.35f * Fractal(seed, p.x / 14, p.y / 1.6f, 3));
  };
  const auto iron = [](Vec) { return Color{52, 54, 58}; };
  for (float leg : {-40.0f, 40.0f}) {
    const Vec at{x + leg, ground - 22};
    canvas.Fill(
        Around({at}, 26),
        [&](Vec p) {
          return BoxDistance(p, at, {2.5f, 23}, 1);
        },
        iron);
  }
  for (float y : {-41.0f, -33.0f, -20.0f}) {
    const Vec at{x, ground + y};
    canvas.Fill(
        Around({at}, 54),
        [&](Vec p) {
          return BoxDistance(p, at, {50, 2.8f}, 1);
        },
        wood);
  }
}

}  // namespace

void PaintStreet(Canvas& canvas, uint64_t seed) {
  const Bounds all = Everything(canvas);
  PaintSky(canvas, seed + 1000,
           {{84, 112, 176}, {156, 160, 200}, {240, 190, 160}, {255, 218, 168}, {255, 222, 200}},
           {250, 196});
  PaintHills(canvas, seed + 1100, 216, 42, kLawnTop + 4, {142, 140, 178}, 170);
  PaintHills(canvas, seed + 1200, 262, 30, kLawnTop + 4, {116, 124, 138}, 110);
  PaintHouses(canvas, seed + 1300, all);
  PaintBushes(canvas, seed + 1400, kLawnTop + 5, 22, {86, 104, 58});
  PaintGrass(canvas, seed + 1500, kLawnTop, kPavementTop, {104, 124, 58});
  constexpr std::array<Color, 4> kLeaves{
      {{134, 136, 60}, {198, 122, 48}, {104, 122, 62}, {176, 92, 52}}};
  for (int i = -9; i <= 14; ++i) {
    const float x = 60 + 178 * static_cast<float>(i) + 70 * Unit(seed + 1600, i);
    if (x < all.x0 - 120 || x > all.x1 + 120) continue;
    PaintTree(canvas, seed + 1700 + 10 * static_cast<uint64_t>(i + 9),
              {x, kLawnTop + 14 + 10 * Unit(seed + 1610, i)}, 150 + 62 * Unit(seed + 1620, i),
              kLeaves[Hash(seed + 1630, i) % kLeaves.size()]);
  }
  PaintPavement(canvas, seed + 1800, all);
  for (int i = -3; i <= 5; ++i) {
    PaintBench(canvas, seed + 1900, 420 * static_cast<float>(i) + 300);
  }
}

}  // namespace tapmask::scene_internal
