// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/secure_fill.h"

#include <cmath>
#include <vector>

#include "tapmask/effect/field.h"
#include "tapmask/effect/kernel.h"
#include "tapmask/effect/membrane.h"

namespace tapmask {
namespace {

// Width of the border average in luma samples at 1080 lines, and the least at any size.
constexpr double kBorderSigma = 2.5;
constexpr double kLeastBorderSigma = 1.5;

// Depth, in widths of the blur, at which the membrane has wholly become its own blur.
constexpr double kBlendDepth = 1.5;

// Grain in grey levels of 8 bit, to both sides. In chroma just enough to round without bands.
constexpr float kLumaGrain = 1.0F;
constexpr float kChromaGrain = 0.5F;

// How far each cell is from the nearest one that is not wholly hidden, in cells, by a 3-4 chamfer.
// Beyond the area nothing is known to be near.
Field Depth(const Field& outside) {
  const int width = outside.width(), height = outside.height();
  Field depth(outside.area());
  const auto lower = [](float& value, float other) { value = std::min(value, other); };
  constexpr float kSide = 1.0F, kCorner = 4.0F / 3.0F;
  for (int y = 0; y < height; ++y) {
    float* row = depth.Row(y);
    for (int x = 0; x < width; ++x) {
      row[x] = outside.Row(y)[x] > 0 ? 0.0F : 1e6F;
      if (x > 0) lower(row[x], row[x - 1] + kSide);
      if (y == 0) continue;
      const float* above = depth.Row(y - 1);
      lower(row[x], above[x] + kSide);
      if (x > 0) lower(row[x], above[x - 1] + kCorner);
      if (x + 1 < width) lower(row[x], above[x + 1] + kCorner);
    }
  }
  for (int y = height - 1; y >= 0; --y) {
    float* row = depth.Row(y);
    for (int x = width - 1; x >= 0; --x) {
      if (x + 1 < width) lower(row[x], row[x + 1] + kSide);
      if (y + 1 == height) continue;
      const float* below = depth.Row(y + 1);
      lower(row[x], below[x] + kSide);
      if (x > 0) lower(row[x], below[x - 1] + kCorner);
      if (x + 1 < width) lower(row[x], below[x + 1] + kCorner);
    }
  }
  return depth;
}

// Share of the blur in each cell: 0 at the border, 1 deep inside.
Field BlurShare(const Field& outside, int level, const Sigma& sigma) {
  Field share = Depth(Coarser(outside, level));
  const auto cells = static_cast<float>(kBlendDepth * std::min(sigma.x, sigma.y) / (1 << level));
  for (int y = 0; y < share.height(); ++y) {
    float* row = share.Row(y);
    for (int x = 0; x < share.width(); ++x) {
      const float t = std::min(row[x] / cells, 1.0F);
      row[x] = t * t * (3 - 2 * t);
    }
  }
  return share;
}

// Between -1 and 1, evenly spread, by the place alone.
float Grain(int x, int y) {
  uint32_t h = static_cast<uint32_t>(x) * 0x9E3779B1U ^ static_cast<uint32_t>(y) * 0x85EBCA77U;
  h ^= h >> 15;
  h *= 0x2C1B3C6DU;
  h ^= h >> 13;
  h *= 0x297A2D39U;
  h ^= h >> 16;
  return static_cast<float>(static_cast<int32_t>(h >> 8) - (1 << 23)) * (1.0F / (1 << 23));
}

template <class T>
void Store(const float* fill, const uint8_t* hidden, int begin, int end, float max_value, T* to) {
  for (int x = begin; x < end; ++x) {
    const float value = std::min(std::max(fill[x] + 0.5F, 0.0F), max_value);
    to[x] = hidden[x] ? static_cast<T>(static_cast<int>(value)) : to[x];
  }
}

bool CoversAll(const Mask& mask, const Rect& box) {
  return box == Rect{0, 0, mask.width(), mask.height()} &&
         mask.Area() == int64_t{mask.width()} * mask.height();
}

template <class T>
void FillPlane(const Frame& in, int plane, const Mask& mask, Frame& out) {
  const PixelFormat& format = in.format();
  uint8_t* to = out.MutableData(plane);
  const ptrdiff_t stride = out.StrideBytes(plane);
  const auto row_of = [&](int y) { return reinterpret_cast<T*>(to + y * stride); };
  const Rect box = mask.BoundingBox();

  if (CoversAll(mask, box)) {  // Nothing to fill from.
    for (int y = 0; y < mask.height(); ++y) {
      std::fill_n(row_of(y), mask.width(), static_cast<T>(1 << (format.bits - 1)));
    }
    return;
  }

  const Sigma sigma = BlurSigma(in, plane);
  const int margin = static_cast<int>(std::ceil(3.25 * std::max(sigma.x, sigma.y))) + 2;
  const Rect area = Inflate(box, margin, mask.size());
  const double lines = std::min(in.width(), in.height());
  const double border = std::max(kBorderSigma * lines / 1080, kLeastBorderSigma);
  Field picture = StretchMembrane(LoadOutside(in, plane, area, mask), OutsideWeights(mask, area),
                                  SigmaInPlane(border, in, plane));
  const LargeBlur blur(picture, sigma);
  const Field share = BlurShare(OutsideWeights(mask, area), blur.level, sigma);
  CoarseReader read_blur(blur.coarse, area, blur.level);
  CoarseReader read_share(share, area, blur.level);

  const bool is_chroma = plane > 0 && format.model == PixelFormat::Model::kYuv;
  const float grain =
      (is_chroma ? kChromaGrain : kLumaGrain) * static_cast<float>(1 << (format.bits - 8));
  const auto columns = static_cast<size_t>(area.width);
  std::vector<float> blurred(columns), shares(columns);
  for (int y = box.y - area.y; y < box.bottom() - area.y; ++y) {
    const uint8_t* hidden = mask.Row(area.y + y) + area.x;
    int begin = box.x - area.x, end = box.right() - area.x;
    while (begin < end && !hidden[begin]) ++begin;
    while (end > begin && !hidden[end - 1]) --end;
    read_blur.ReadRow(y, begin, end, blurred.data());
    read_share.ReadRow(y, begin, end, shares.data());
    float* fill = picture.Row(y);
    for (int x = begin; x < end; ++x) {
      const auto i = static_cast<size_t>(x);
      fill[x] += shares[i] * (blurred[i] - fill[x]);
    }
    for (int x = begin; x < end; ++x) fill[x] += grain * Grain(area.x + x, area.y + y);
    Store(fill, hidden, begin, end, static_cast<float>(format.max_value()),
          row_of(area.y + y) + area.x);
  }
}

}  // namespace

void FillSecurely(const Frame& in, int plane, const Mask& plane_mask, Frame& out) {
  if (in.format().bytes_per_sample() == 1) {
    FillPlane<uint8_t>(in, plane, plane_mask, out);
  } else {
    FillPlane<uint16_t>(in, plane, plane_mask, out);
  }
}

}  // namespace tapmask
