// SPDX-License-Identifier: Apache-2.0
#include "tapmask/scene/canvas.h"

namespace tapmask::scene_internal {

float CircleDistance(Vec p, Vec centre, float radius) {
  return Length(p - centre) - radius;
}

float EllipseDistance(Vec p, Vec centre, Vec radii) {
  const Vec q = p - centre;
  const float k = Length({q.x / radii.x, q.y / radii.y});
  const float slope = Length({q.x / (radii.x * radii.x), q.y / (radii.y * radii.y)});
  return slope > 0 ? k * (k - 1) / slope : -std::min(radii.x, radii.y);
}

float BoxDistance(Vec p, Vec centre, Vec half, float round) {
  const float dx = std::abs(p.x - centre.x) - half.x + round;
  const float dy = std::abs(p.y - centre.y) - half.y + round;
  const float outside = Length({std::max(dx, 0.0f), std::max(dy, 0.0f)});
  return outside + std::min(std::max(dx, dy), 0.0f) - round;
}

float ConeDistance(Vec p, Vec a, Vec b, float radius_a, float radius_b) {
  const Vec along = b - a;
  const float t = Clamp01(Dot(p - a, along) / std::max(Dot(along, along), 1e-6f));
  return Length(p - Between(a, b, t)) - Lerp(radius_a, radius_b, t);
}

float PolygonDistance(Vec p, std::span<const Vec> corners) {
  float nearest = 1e9f;
  bool inside = false;
  for (size_t i = 0, j = corners.size() - 1; i < corners.size(); j = i++) {
    const Vec a = corners[i], b = corners[j];
    nearest = std::min(nearest, ConeDistance(p, a, b, 0, 0));
    if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x) {
      inside = !inside;
    }
  }
  return inside ? -nearest : nearest;
}

}  // namespace tapmask::scene_internal
