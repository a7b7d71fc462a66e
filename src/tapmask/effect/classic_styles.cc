// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/classic_styles.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tapmask/effect/field.h"
#include "tapmask/effect/kernel.h"

namespace tapmask {
namespace {

template <class T>
T* RowOf(Frame& frame, uint8_t* plane_data, int plane, int y) {
  return reinterpret_cast<T*>(plane_data + y * frame.StrideBytes(plane));
}

template <class T>
T Mixed(T sample, float effect, float share, int max_value) {
  const float value = static_cast<float>(sample) + share * (effect - static_cast<float>(sample));
  // NOLINTNEXTLINE(bugprone-incorrect-roundings): no sample is negative, and this is fast.
  return static_cast<T>(std::clamp(static_cast<int>(value + 0.5F), 0, max_value));
}

template <class T>
void Blur(const Frame& in, int plane, const Mask& mask, const SoftEdge& edge, Frame& out) {
  const Rect box = mask.BoundingBox();
  const Sigma sigma = BlurSigma(in, plane);
  const int margin = static_cast<int>(std::ceil(3.25 * std::max(sigma.x, sigma.y))) + 2;
  const Rect area = Inflate(box, margin, mask.size());
  const LargeBlur blur(LoadSamples(in, plane, area), sigma);
  CoarseReader read(blur.coarse, area, blur.level);

  uint8_t* data = out.MutableData(plane);
  std::vector<float> blurred(static_cast<size_t>(area.width));
  for (int y = box.y; y < box.bottom(); ++y) {
    read.ReadRow(y - area.y, box.x - area.x, box.right() - area.x, blurred.data());
    T* to = RowOf<T>(out, data, plane, y);
    for (int x = box.x; x < box.right(); ++x) {
      if (!mask.At(x, y)) continue;
      to[x] = Mixed(to[x], blurred[static_cast<size_t>(x - area.x)], edge.ShareAt(in, plane, x, y),
                    in.format().max_value());
    }
  }
}

template <class T>
void Pixelate(const Frame& in, int plane, const Mask& mask, const SoftEdge& edge, Frame& out) {
  const PixelFormat& format = in.format();
  const int block = PixelateBlock(in.size());
  const int block_x = plane == 0 ? block : block >> format.chroma_shift_x;
  const int block_y = plane == 0 ? block : block >> format.chroma_shift_y;
  const Rect box = mask.BoundingBox();
  uint8_t* data = out.MutableData(plane);
  for (int top = box.y / block_y * block_y; top < box.bottom(); top += block_y) {
    for (int left = box.x / block_x * block_x; left < box.right(); left += block_x) {
      const Rect cell =
          Intersect({left, top, block_x, block_y}, {0, 0, mask.width(), mask.height()});
      uint64_t sum = 0;
      for (int y = cell.y; y < cell.bottom(); ++y) {
        const T* row = in.Row<T>(plane, y);
        for (int x = cell.x; x < cell.right(); ++x) sum += row[x];
      }
      const float mean = static_cast<float>(sum) / static_cast<float>(cell.width * cell.height);
      for (int y = cell.y; y < cell.bottom(); ++y) {
        T* to = RowOf<T>(out, data, plane, y);
        for (int x = cell.x; x < cell.right(); ++x) {
          if (!mask.At(x, y)) continue;
          to[x] = Mixed(to[x], mean, edge.ShareAt(in, plane, x, y), format.max_value());
        }
      }
    }
  }
}

template <class T>
void Paint(const Mask& mask, int plane, int value, Frame& out) {
  const Rect box = mask.BoundingBox();
  uint8_t* data = out.MutableData(plane);
  for (int y = box.y; y < box.bottom(); ++y) {
    T* to = RowOf<T>(out, data, plane, y);
    for (int x = box.x; x < box.right(); ++x) {
      if (mask.At(x, y)) to[x] = static_cast<T>(value);
    }
  }
}

bool IsBytes(const Frame& frame) {
  return frame.format().bytes_per_sample() == 1;
}

}  // namespace

void BlurPlane(const Frame& in, int plane, const Mask& plane_mask, const SoftEdge& edge,
               Frame& out) {
  IsBytes(in) ? Blur<uint8_t>(in, plane, plane_mask, edge, out)
              : Blur<uint16_t>(in, plane, plane_mask, edge, out);
}

void PixelatePlane(const Frame& in, int plane, const Mask& plane_mask, const SoftEdge& edge,
                   Frame& out) {
  IsBytes(in) ? Pixelate<uint8_t>(in, plane, plane_mask, edge, out)
              : Pixelate<uint16_t>(in, plane, plane_mask, edge, out);
}

void BlackenPlane(const Frame& in, int plane, const Mask& plane_mask, bool full_range, Frame& out) {
  const PixelFormat& format = in.format();
  int black = 0;
  if (format.model == PixelFormat::Model::kYuv && plane > 0) {
    black = 1 << (format.bits - 1);
  } else if (format.model != PixelFormat::Model::kRgb && !full_range) {
    black = 16 << (format.bits - 8);
  }
  IsBytes(in) ? Paint<uint8_t>(plane_mask, plane, black, out)
              : Paint<uint16_t>(plane_mask, plane, black, out);
}

int PixelateBlock(const Size& frame) {
  const double side = std::min(frame.width, frame.height) / 28.0;
  return std::max(8, 4 * static_cast<int>(std::lround(side / 4)));
}

}  // namespace tapmask
