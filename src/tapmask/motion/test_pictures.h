// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>

#include "tapmask/motion/gray_image.h"

namespace tapmask::test {

// A value in [0, 1] for every lattice point, different for every seed.
inline double LatticeNoise(int x, int y, uint32_t seed) {
  uint32_t h = seed * 0x9E3779B9u ^ static_cast<uint32_t>(x) * 0x85EBCA6Bu ^
               static_cast<uint32_t>(y) * 0xC2B2AE35u;
  h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
  h = (h ^ (h >> 12)) * 0x297A2D39u;
  return ((h ^ (h >> 15)) & 0xFFFFFF) / double(0xFFFFFF);
}

// Smooth noise with details of about `cell` pixels: a surface with structure everywhere, whose
// grey value is known at any place, also between pixels.
inline double Texture(double x, double y, uint32_t seed, double cell = 9) {
  const double u = x / cell, v = y / cell;
  const int x0 = static_cast<int>(std::floor(u)), y0 = static_cast<int>(std::floor(v));
  const auto ease = [](double t) { return t * t * (3 - 2 * t); };
  const double fx = ease(u - x0), fy = ease(v - y0);
  const double top = LatticeNoise(x0, y0, seed) * (1 - fx) + LatticeNoise(x0 + 1, y0, seed) * fx;
  const double bottom =
      LatticeNoise(x0, y0 + 1, seed) * (1 - fx) + LatticeNoise(x0 + 1, y0 + 1, seed) * fx;
  return 30 + 190 * (top * (1 - fy) + bottom * fy);
}

// A picture whose pixel (x, y) is `value(x, y)`, rounded and clipped.
inline GrayImage Picture(int width, int height, const std::function<double(int, int)>& value) {
  GrayImage out{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      out.samples.push_back(static_cast<uint8_t>(std::clamp(std::lround(value(x, y)), 0L, 255L)));
    }
  }
  return out;
}

}  // namespace tapmask::test
