// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <vector>

#include "tapmask/core/geometry.h"
#include "tapmask/scene/noise.h"

namespace tapmask::scene_internal {

struct Vec {
  float x = 0, y = 0;
};
inline Vec operator+(Vec a, Vec b) {
  return {a.x + b.x, a.y + b.y};
}
inline Vec operator-(Vec a, Vec b) {
  return {a.x - b.x, a.y - b.y};
}
inline Vec operator*(Vec a, float s) {
  return {a.x * s, a.y * s};
}
inline float Dot(Vec a, Vec b) {
  return a.x * b.x + a.y * b.y;
}
inline float Length(Vec a) {
  return std::sqrt(Dot(a, a));
}
inline Vec Between(Vec a, Vec b, float t) {
  return a + (b - a) * t;
}

// Grey levels, 0 to 255.
struct Color {
  float r = 0, g = 0, b = 0;
};
inline Color operator*(Color c, float s) {
  return {c.r * s, c.g * s, c.b * s};
}
inline Color operator+(Color a, Color b) {
  return {a.r + b.r, a.g + b.g, a.b + b.b};
}
inline Color Between(Color a, Color b, float t) {
  return a * (1 - t) + b * t;
}

// Signed distances to shapes, negative inside, in the unit of the points.
float CircleDistance(Vec p, Vec centre, float radius);
float EllipseDistance(Vec p, Vec centre, Vec radii);  // Close to the true one near the edge.
float BoxDistance(Vec p, Vec centre, Vec half, float round = 0);
float ConeDistance(Vec p, Vec a, Vec b, float radius_a, float radius_b);  // A limb from a to b.
float PolygonDistance(Vec p, std::span<const Vec> corners);

// A rectangle of world coordinates.
struct Bounds {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};
inline Bounds Around(std::initializer_list<Vec> points, float margin) {
  Bounds box{1e9f, 1e9f, -1e9f, -1e9f};
  for (const Vec& p : points) {
    box = {std::min(box.x0, p.x - margin), std::min(box.y0, p.y - margin),
           std::max(box.x1, p.x + margin), std::max(box.y1, p.y + margin)};
  }
  return box;
}

// A picture that shapes in world coordinates are painted on, with edges that are soft over one
// pixel. It covers `area` of a larger picture.
class Canvas {
 public:
  // Pixel (0,0) of the whole picture has its outer corner at `origin` in the world; `scale` is
  // pixels a world unit.
  Canvas(Rect area, Vec origin, float scale)
      : area_(area),
        origin_(origin),
        scale_(scale),
        pixels_(static_cast<size_t>(area.width) * static_cast<size_t>(area.height)) {}

  // An empty canvas over `area` of the same picture.
  Canvas Blank(const Rect& area) const { return {area, origin_, scale_}; }

  const Rect& area() const { return area_; }
  float scale() const { return scale_; }
  Color& At(int x, int y) { return pixels_[Index(x, y)]; }
  const Color& At(int x, int y) const { return pixels_[Index(x, y)]; }

  Vec WorldFrom(int x, int y) const {
    return {origin_.x + (static_cast<float>(x) + 0.5f) / scale_,
            origin_.y + (static_cast<float>(y) + 0.5f) / scale_};
  }
  Rect PixelsFrom(const Bounds& box) const {
    const auto low = [&](float v, float origin) {
      return static_cast<int>(std::floor(std::clamp((v - origin) * scale_, -1e6f, 1e6f))) - 1;
    };
    const int x0 = low(box.x0, origin_.x), y0 = low(box.y0, origin_.y);
    const int x1 = low(box.x1, origin_.x) + 3, y1 = low(box.y1, origin_.y) + 3;
    return Intersect({x0, y0, x1 - x0, y1 - y0}, area_);
  }

  // Calls `shade(p, pixel, x, y)` for every pixel of `box`.
  template <class Shade>
  void ForEach(const Bounds& box, Shade shade) {
    const Rect r = PixelsFrom(box);
    for (int y = r.y; y < r.bottom(); ++y) {
      for (int x = r.x; x < r.right(); ++x) shade(WorldFrom(x, y), At(x, y), x, y);
    }
  }

  // Paints `color(p)` where `distance(p)` is below 0; nothing outside `box`. `cover`, when given,
  // has a value for each pixel and rises to the share that is painted.
  template <class Distance, class Paint>
  void Fill(const Bounds& box, Distance distance, Paint color,
            std::vector<float>* cover = nullptr) {
    ForEach(box, [&](Vec p, Color& pixel, int x, int y) {
      const float share = Clamp01(0.5f - distance(p) * scale_);
      if (share <= 0) return;
      pixel = Between(pixel, color(p), share);
      if (cover) {
        float& c = (*cover)[Index(x, y)];
        c += (1 - c) * share;
      }
    });
  }

 private:
  size_t Index(int x, int y) const {
    return static_cast<size_t>(y - area_.y) * static_cast<size_t>(area_.width) +
           static_cast<size_t>(x - area_.x);
  }

  Rect area_;
  Vec origin_;
  float scale_;
  std::vector<Color> pixels_;
};

}  // namespace tapmask::scene_internal
