// SPDX-License-Identifier: Apache-2.0
#include "tapmask/scene/texture.h"

#include <array>

namespace tapmask::scene_internal {
namespace {

constexpr float kMostPixels = 3.5e6f;

// Where a sample comes from along one axis: four neighbours and their Catmull-Rom weights.
struct Taps {
  std::array<int, 4> at;
  std::array<float, 4> weight;
};

std::vector<Taps> TapsAlong(int count, int first, double world_step, double world_start,
                            double scale, int length) {
  std::vector<Taps> taps(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    const double position = (world_start + (first + i + 0.5) * world_step) * scale - 0.5;
    const double base = std::floor(position);
    const auto t = static_cast<float>(position - base);
    Taps& tap = taps[static_cast<size_t>(i)];
    for (int k = 0; k < 4; ++k) {
      tap.at[static_cast<size_t>(k)] = std::clamp(static_cast<int>(base) + k - 1, 0, length - 1);
    }
    tap.weight = {t * (-0.5f + t * (1 - 0.5f * t)), 1 + t * t * (-2.5f + 1.5f * t),
                  t * (0.5f + t * (2 - 1.5f * t)), t * t * (-0.5f + 0.5f * t)};
  }
  return taps;
}

}  // namespace

float Texture::FittingScale(const Bounds& bounds, float scale) {
  const float pixels = (bounds.x1 - bounds.x0) * (bounds.y1 - bounds.y0) * scale * scale;
  return pixels > kMostPixels ? scale * std::sqrt(kMostPixels / pixels) : scale;
}

Texture::Texture(const Bounds& bounds, float scale)
    : origin_{bounds.x0, bounds.y0},
      scale_(scale),
      size_{static_cast<int>((bounds.x1 - bounds.x0) * scale) + 2,
            static_cast<int>((bounds.y1 - bounds.y0) * scale) + 2} {}

void Texture::Keep(const Canvas& canvas) {
  rgb_.reserve(3 * static_cast<size_t>(size_.width) * static_cast<size_t>(size_.height));
  for (int y = 0; y < size_.height; ++y) {
    for (int x = 0; x < size_.width; ++x) {
      const Color& c = canvas.At(x, y);
      const float dither = Unit(0x7e57, x, y);  // Keeps the sky free of bands.
      for (float v : {c.r, c.g, c.b}) {
        rgb_.push_back(static_cast<uint8_t>(std::clamp(v + dither, 0.0f, 255.0f)));
      }
    }
  }
}

void Texture::SampleInto(Canvas& canvas) const {
  const Rect& area = canvas.area();
  const Vec start = canvas.WorldFrom(0, 0);
  const double step = 1.0 / static_cast<double>(canvas.scale());
  const auto taps_of = [&](int count, int first, float from, float origin, int length) {
    return TapsAlong(count, first, step, static_cast<double>(from - origin) - 0.5 * step,
                     static_cast<double>(scale_), length);
  };
  const std::vector<Taps> columns = taps_of(area.width, area.x, start.x, origin_.x, size_.width);
  const std::vector<Taps> rows = taps_of(area.height, area.y, start.y, origin_.y, size_.height);

  // The last four rows of the texture that were needed, already resampled along x.
  const auto width = static_cast<size_t>(area.width);
  std::array<std::vector<Color>, 4> resampled;
  std::array<int, 4> resampled_row{-1, -1, -1, -1};
  const auto row_at = [&](int row) -> const Color* {
    const auto slot = static_cast<size_t>(row % 4);
    if (resampled_row[slot] != row) {
      resampled[slot].resize(width);
      const uint8_t* from =
          rgb_.data() + 3 * static_cast<size_t>(row) * static_cast<size_t>(size_.width);
      for (size_t x = 0; x < width; ++x) {
        const Taps& tap = columns[x];
        Color sum;
        for (size_t k = 0; k < 4; ++k) {
          const uint8_t* p = from + 3 * tap.at[k];
          const float w = tap.weight[k];
          sum.r += w * p[0];
          sum.g += w * p[1];
          sum.b += w * p[2];
        }
        resampled[slot][x] = sum;
      }
      resampled_row[slot] = row;
    }
    return resampled[slot].data();
  };

  for (int y = 0; y < area.height; ++y) {
    const Taps& tap = rows[static_cast<size_t>(y)];
    const Color* a = row_at(tap.at[0]);
    const Color* b = row_at(tap.at[1]);
    const Color* c = row_at(tap.at[2]);
    const Color* d = row_at(tap.at[3]);
    const auto& w = tap.weight;
    Color* to = &canvas.At(area.x, area.y + y);
    for (size_t x = 0; x < width; ++x) {
      to[x] = {w[0] * a[x].r + w[1] * b[x].r + w[2] * c[x].r + w[3] * d[x].r,
               w[0] * a[x].g + w[1] * b[x].g + w[2] * c[x].g + w[3] * d[x].g,
               w[0] * a[x].b + w[1] * b[x].b + w[2] * c[x].b + w[3] * d[x].b};
    }
  }
}

}  // namespace tapmask::scene_internal
