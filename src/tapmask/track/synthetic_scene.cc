// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/synthetic_scene.h"

#include <algorithm>
#include <cmath>

namespace tapmask {
namespace {

// -1 to 1, the same for the same arguments everywhere.
double Noise(uint32_t seed, int32_t x, int32_t y) {
  uint32_t h = seed * 0x9e3779b9u ^ static_cast<uint32_t>(x) * 0x85ebca6bu ^
               static_cast<uint32_t>(y) * 0xc2b2ae35u;
  h ^= h >> 15;
  h *= 0x2c1b3c6du;
  h ^= h >> 12;
  h *= 0x297a2d39u;
  h ^= h >> 15;
  return h / 2147483647.5 - 1;
}

double SmoothNoise(uint32_t seed, double x, double y) {
  const double fx = std::floor(x), fy = std::floor(y);
  const auto ix = static_cast<int32_t>(fx), iy = static_cast<int32_t>(fy);
  const double u = x - fx, v = y - fy;
  const double top = Noise(seed, ix, iy) * (1 - u) + Noise(seed, ix + 1, iy) * u;
  const double bottom = Noise(seed, ix, iy + 1) * (1 - u) + Noise(seed, ix + 1, iy + 1) * u;
  return top * (1 - v) + bottom * v;
}

uint8_t Sample(double value) {
  return static_cast<uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

}  // namespace

Colour Texture(const Colour& mean, double contrast, double grain, uint32_t seed, double x,
               double y) {
  const double shade = contrast * SmoothNoise(seed, x / grain, y / grain);
  return {mean.blue + shade, mean.green + shade, mean.red + shade};
}

BgrImage Paint(const Size& size, const Painter& painter) {
  std::vector<uint8_t> samples;
  samples.reserve(3u * static_cast<size_t>(size.width) * static_cast<size_t>(size.height));
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const Colour c = painter(x, y);
      for (const double value : {c.blue, c.green, c.red}) samples.push_back(Sample(value));
    }
  }
  return BgrImage(size.width, size.height, std::move(samples));
}

Mask MaskOf(const Size& size, const Shape& shape) {
  Mask mask(size.width, size.height);
  for (int y = 0; y < size.height; ++y) {
    uint8_t* row = mask.MutableRow(y);
    for (int x = 0; x < size.width; ++x) row[x] = shape(x + 0.5, y + 0.5) ? 255 : 0;
  }
  return mask;
}

Shape DiscAt(double x, double y, double radius) {
  return [=](double px, double py) { return std::hypot(px - x, py - y) < radius; };
}

AnalysisFrame DiscScene::Frame(int64_t index) const {
  const Shape disc = DiscAt(x, y, radius);
  return {index, static_cast<double>(index) / 25, Paint(size, [&](int px, int py) {
            return disc(px + 0.5, py + 0.5) ? Texture({60, 70, 190}, 35, 6, 2, px - x, py - y)
                                            : Texture({80, 140, 90}, 45, 5, 1, px, py);
          })};
}

}  // namespace tapmask
