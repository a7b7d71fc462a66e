// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

namespace tapmask::scene_internal {

// Random numbers that depend on their place alone, so that any frame and any pixel can be made by
// itself, and arithmetic that gives the same bits on every machine: only + - * / sqrt and floor,
// no sin or exp, whose last bits are up to the C library.

inline uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

inline uint64_t Hash(uint64_t seed, int64_t a, int64_t b = 0) {
  return Mix(seed ^ (static_cast<uint64_t>(a) * 0xd1342543de82ef95) ^
             (static_cast<uint64_t>(b) * 0xaf251af3b0f025b5));
}

// From [0, 1).
inline float Unit(uint64_t hash) {
  return static_cast<float>(hash >> 40) * 0x1p-24f;
}

inline float Unit(uint64_t seed, int64_t a, int64_t b = 0) {
  return Unit(Hash(seed, a, b));
}

// A sum of uniform numbers: mean 0, standard deviation 1, never beyond 3.
inline float Bell(uint32_t bits21) {
  const auto sum =
      static_cast<float>((bits21 & 127) + ((bits21 >> 7) & 127) + ((bits21 >> 14) & 127));
  return (sum - 190.5f) * (1.0f / 64.0f);
}

inline float Lerp(float a, float b, float t) {
  return a + (b - a) * t;
}
inline float Clamp01(float t) {
  return t < 0 ? 0 : t > 1 ? 1 : t;
}
// 0 up to `low`, 1 from `high`, smooth between; also downwards when low > high.
inline float Smooth(float low, float high, float x) {
  const float t = Clamp01((x - low) / (high - low));
  return t * t * (3 - 2 * t);
}

// sin(2 pi turns).
inline double Sine(double turns) {
  double r = turns - std::floor(turns + 0.5);  // [-0.5, 0.5)
  if (r > 0.25) r = 0.5 - r;
  if (r < -0.25) r = -0.5 - r;
  const double x = r * 6.283185307179586;
  const double q = x * x;
  return x *
         (1 - q / 6 * (1 - q / 20 * (1 - q / 42 * (1 - q / 72 * (1 - q / 110 * (1 - q / 156))))));
}
inline double Cosine(double turns) {
  return Sine(turns + 0.25);
}

// Smooth noise with knots at whole numbers, in [-1, 1].
inline float ValueNoise(uint64_t seed, float x, float y) {
  const float fx = std::floor(x), fy = std::floor(y);
  const auto ix = static_cast<int64_t>(fx), iy = static_cast<int64_t>(fy);
  const float tx = x - fx, ty = y - fy;
  const float sx = tx * tx * (3 - 2 * tx), sy = ty * ty * (3 - 2 * ty);
  const float top = Lerp(Unit(seed, ix, iy), Unit(seed, ix + 1, iy), sx);
  const float bottom = Lerp(Unit(seed, ix, iy + 1), Unit(seed, ix + 1, iy + 1), sx);
  return Lerp(top, bottom, sy) * 2 - 1;
}

// Noise at several scales, each half the size and half the strength of the one before; about
// [-1, 1].
inline float Fractal(uint64_t seed, float x, float y, int octaves) {
  float sum = 0, strength = 0.5f;
  for (int i = 0; i < octaves; ++i) {
    sum += strength * ValueNoise(seed + static_cast<uint64_t>(i), x, y);
    strength *= 0.5f;
    x = x * 2 + 17.3f;
    y = y * 2 + 9.1f;
  }
  return sum * 1.6f;
}

}  // namespace tapmask::scene_internal
