// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <utility>
#include <vector>

#include "tapmask/effect/test_frames.h"

// Made-up films for the tests of erasers.
namespace tapmask::test {

constexpr int kWidth = 96, kHeight = 64;
inline const PixelFormat kYuv420{};
inline const PixelFormat kGray{PixelFormat::Model::kGray, 8, 0, 0};
inline const PixelFormat kRgb{PixelFormat::Model::kRgb, 8, 0, 0};
inline const PixelFormat kYuv420Deep{PixelFormat::Model::kYuv, 10, 1, 1};

inline uint32_t Hash(int x, int y) {
  uint32_t h = static_cast<uint32_t>(x) * 0x85EBCA77u + static_cast<uint32_t>(y) * 0xC2B2AE3Du;
  h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
  return (h ^ (h >> 13)) & 0xFF;
}

// Smooth noise with details of about `cell` samples, 0 to 255, that is there in all the plane.
inline double Texture(double x, double y, double cell) {
  const int ix = static_cast<int>(std::floor(x / cell)),
            iy = static_cast<int>(std::floor(y / cell));
  const double fx = x / cell - ix, fy = y / cell - iy;
  return (Hash(ix, iy) * (1 - fx) + Hash(ix + 1, iy) * fx) * (1 - fy) +
         (Hash(ix, iy + 1) * (1 - fx) + Hash(ix + 1, iy + 1) * fx) * fy;
}

using Painter = std::function<double(double x, double y)>;  // In luma samples; 0 to 255.

inline Frame Paint(const PixelFormat& format, int index, const Painter& paint) {
  const int sx = format.model == Model::kYuv ? 1 << format.chroma_shift_x : 1;
  const int sy = format.model == Model::kYuv ? 1 << format.chroma_shift_y : 1;
  Frame frame = MakeFrame(format, kWidth, kHeight, [&](int plane, int x, int y) {
    const double cx = plane > 0 ? sx : 1, cy = plane > 0 ? sy : 1;
    return paint((x + 0.5) * cx + 40.0 * plane, (y + 0.5) * cy);
  });
  frame.index = index;
  frame.pts = 40 * index;
  frame.duration = 40;
  return frame;
}

inline Mask Box(int x, int y, int width, int height) {
  Mask mask(kWidth, kHeight);
  FillRect(mask, {x, y, width, height});
  return mask;
}

struct Film {
  std::vector<Frame> frames;
  std::vector<Mask> masks;
};

// The camera pans over a texture, `pan` samples a frame; a box stands in the picture.
inline Film Pan(const PixelFormat& format, int frames, double pan, double light = 0) {
  Film film;
  for (int i = 0; i < frames; ++i) {
    film.frames.push_back(Paint(format, i, [&](double x, double y) {
      return 30 + 0.6 * Texture(x + pan * i, y, 9) + 0.15 * Texture(x + pan * i, y, 4) + light * i;
    }));
    film.masks.push_back(Box(40, 22, 14, 18));
  }
  return film;
}

// With other samples under the masks.
inline Film Hide(const Film& film, unsigned seed) {
  Film out = film;
  std::mt19937 random(seed);
  for (size_t i = 0; i < film.frames.size(); ++i) {
    Frame& frame = out.frames[i];
    const auto most = static_cast<unsigned>(frame.format().max_value());
    ForEachSample(film.frames[i], film.masks[i], [&](int plane, int x, int y, bool hidden) {
      if (hidden) SetSample(frame, plane, x, y, static_cast<int>(random() & most));
    });
  }
  return out;
}

}  // namespace tapmask::test
