// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "tapmask/core/frame.h"
#include "tapmask/core/mask.h"

// Made-up frames and masks for the tests of this folder.
namespace tapmask::test {

using Model = PixelFormat::Model;

inline const std::vector<PixelFormat>& AllFormats() {
  static const std::vector<PixelFormat> formats = {
      {Model::kYuv, 8, 1, 1},  {Model::kYuv, 9, 1, 1},   {Model::kYuv, 10, 1, 1},
      {Model::kYuv, 12, 1, 1}, {Model::kYuv, 16, 1, 1},  {Model::kYuv, 8, 1, 0},
      {Model::kYuv, 10, 1, 0}, {Model::kYuv, 8, 2, 0},   {Model::kYuv, 8, 0, 1},
      {Model::kYuv, 8, 2, 2},  {Model::kYuv, 8, 0, 0},   {Model::kYuv, 16, 0, 0},
      {Model::kGray, 8, 0, 0}, {Model::kGray, 12, 0, 0}, {Model::kRgb, 8, 0, 0},
      {Model::kRgb, 10, 0, 0}};
  return formats;
}

inline std::string Name(const PixelFormat& f) {
  const char* model = f.model == Model::kYuv ? "yuv" : f.model == Model::kGray ? "gray" : "rgb";
  return std::string(model) + std::to_string(f.bits) + "/" + std::to_string(f.chroma_shift_x) +
         std::to_string(f.chroma_shift_y);
}

inline int SampleAt(const Frame& frame, int plane, int x, int y) {
  return frame.format().bits > 8 ? frame.Row<uint16_t>(plane, y)[x]
                                 : frame.Row<uint8_t>(plane, y)[x];
}

inline void SetSample(Frame& frame, int plane, int x, int y, int value) {
  if (frame.format().bits > 8) {
    frame.MutableRow<uint16_t>(plane, y)[x] = static_cast<uint16_t>(value);
  } else {
    frame.MutableRow<uint8_t>(plane, y)[x] = static_cast<uint8_t>(value);
  }
}

// `value(plane, x, y)` gives each sample, in grey levels of 8 bit.
template <class Value>
Frame MakeFrame(const PixelFormat& format, int width, int height, Value value) {
  Frame frame = Frame::Allocate(format, width, height);
  for (int plane = 0; plane < format.planes(); ++plane) {
    for (int y = 0; y < frame.PlaneHeight(plane); ++y) {
      for (int x = 0; x < frame.PlaneWidth(plane); ++x) {
        const double level = value(plane, x, y) * (1 << (format.bits - 8));
        SetSample(frame, plane, x, y,
                  std::clamp(static_cast<int>(std::lround(level)), 0, format.max_value()));
      }
    }
  }
  return frame;
}

inline Frame RandomFrame(const PixelFormat& format, int width, int height, std::mt19937& random) {
  Frame frame = Frame::Allocate(format, width, height);
  for (int plane = 0; plane < format.planes(); ++plane) {
    for (int y = 0; y < frame.PlaneHeight(plane); ++y) {
      for (int x = 0; x < frame.PlaneWidth(plane); ++x) {
        SetSample(frame, plane, x, y,
                  static_cast<int>(random() & static_cast<unsigned>(format.max_value())));
      }
    }
  }
  return frame;
}

inline Mask Ellipse(int width, int height, double cx, double cy, double rx, double ry) {
  Mask mask(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = (x + 0.5 - cx) / rx, v = (y + 0.5 - cy) / ry;
      if (u * u + v * v <= 1) mask.MutableRow(y)[x] = 255;
    }
  }
  return mask;
}

// Rectangles, ellipses and single pixels, often over the frame's edge.
inline Mask RandomMask(int width, int height, std::mt19937& random) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  Mask mask(width, height);
  for (int i = 1 + below(4); i > 0; --i) {
    const int x = below(width + 4) - 2, y = below(height + 4) - 2;
    const int w = 1 + below(width), h = 1 + below(height);
    switch (below(3)) {
      case 0: FillRect(mask, {x, y, w, h}); break;
      case 1: mask = Union(mask, Ellipse(width, height, x, y, 1 + w / 3.0, 1 + h / 3.0)); break;
      default: FillRect(mask, {x, y, 1, 1}); break;
    }
  }
  return mask;
}

// By definition: a sample is hidden when any pixel that it covers is under the mask.
inline bool IsHidden(const Frame& frame, const Mask& mask, int plane, int x, int y) {
  const PixelFormat& f = frame.format();
  const int sx = plane == 0 || f.model != Model::kYuv ? 0 : f.chroma_shift_x;
  const int sy = plane == 0 || f.model != Model::kYuv ? 0 : f.chroma_shift_y;
  for (int v = y << sy; v < std::min((y + 1) << sy, mask.height()); ++v) {
    for (int u = x << sx; u < std::min((x + 1) << sx, mask.width()); ++u) {
      if (mask.At(u, v)) return true;
    }
  }
  return false;
}

// Calls visit(plane, x, y, hidden) for every sample.
template <class Visit>
void ForEachSample(const Frame& frame, const Mask& mask, Visit visit) {
  for (int plane = 0; plane < frame.format().planes(); ++plane) {
    for (int y = 0; y < frame.PlaneHeight(plane); ++y) {
      for (int x = 0; x < frame.PlaneWidth(plane); ++x) {
        visit(plane, x, y, IsHidden(frame, mask, plane, x, y));
      }
    }
  }
}

}  // namespace tapmask::test
