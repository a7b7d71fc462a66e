// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/field.h"

#include <cmath>

namespace tapmask {
namespace {

template <class T>
void LoadRows(const Frame& frame, int plane, const Mask* mask, Field& to) {
  const Rect& area = to.area();
  for (int y = 0; y < area.height; ++y) {
    const T* from = frame.Row<T>(plane, area.y + y) + area.x;
    float* row = to.Row(y);
    if (mask) {
      const uint8_t* hidden = mask->Row(area.y + y) + area.x;
      for (int x = 0; x < area.width; ++x) row[x] = static_cast<float>(hidden[x] ? T{0} : from[x]);
    } else {
      for (int x = 0; x < area.width; ++x) row[x] = static_cast<float>(from[x]);
    }
  }
}

Field Load(const Frame& frame, int plane, const Rect& area, const Mask* mask) {
  Field field(area);
  if (frame.format().bytes_per_sample() == 1) {
    LoadRows<uint8_t>(frame, plane, mask, field);
  } else {
    LoadRows<uint16_t>(frame, plane, mask, field);
  }
  return field;
}

// Weights of 0, 1, … samples away; all of them, both sides, sum to 1.
std::vector<float> HalfKernel(double sigma) {
  const int radius = static_cast<int>(std::ceil(3.25 * sigma));
  std::vector<double> weights(static_cast<size_t>(radius) + 1, 1.0);
  double sum = 1;
  for (int i = 1; i <= radius; ++i) {
    weights[static_cast<size_t>(i)] = std::exp(-0.5 * i * i / (sigma * sigma));
    sum += 2 * weights[static_cast<size_t>(i)];
  }
  std::vector<float> kernel;
  kernel.reserve(weights.size());
  for (const double w : weights) kernel.push_back(static_cast<float>(w / sum));
  return kernel;
}

Field SmoothRows(const Field& field, const std::vector<float>& kernel) {
  const int radius = static_cast<int>(kernel.size()) - 1, width = field.width();
  Field result(field.area());
  std::vector<float> padded(static_cast<size_t>(width + 2 * radius));
  for (int y = 0; y < field.height(); ++y) {
    const float* from = field.Row(y);
    std::fill_n(padded.begin(), radius, from[0]);
    std::copy_n(from, width, padded.begin() + radius);
    std::fill_n(padded.begin() + radius + width, radius, from[width - 1]);
    const float* centre = padded.data() + radius;
    float* to = result.Row(y);
    for (int x = 0; x < width; ++x) to[x] = kernel[0] * centre[x];
    for (int i = 1; i <= radius; ++i) {
      const float weight = kernel[static_cast<size_t>(i)];
      for (int x = 0; x < width; ++x) to[x] += weight * (centre[x - i] + centre[x + i]);
    }
  }
  return result;
}

Field SmoothColumns(const Field& field, const std::vector<float>& kernel) {
  const int radius = static_cast<int>(kernel.size()) - 1, last = field.height() - 1;
  Field result(field.area());
  for (int y = 0; y <= last; ++y) {
    float* to = result.Row(y);
    const float* centre = field.Row(y);
    for (int x = 0; x < field.width(); ++x) to[x] = kernel[0] * centre[x];
    for (int i = 1; i <= radius; ++i) {
      const float weight = kernel[static_cast<size_t>(i)];
      const float* above = field.Row(std::max(y - i, 0));
      const float* below = field.Row(std::min(y + i, last));
      for (int x = 0; x < field.width(); ++x) to[x] += weight * (above[x] + below[x]);
    }
  }
  return result;
}

Field Halved(const Field& fine) {
  const Rect& from = fine.area();
  Field coarse(CoarserArea(from));
  for (int y = 0; y < coarse.height(); ++y) {
    const Pair rows = SamplesOfCell(coarse.area().y + y, from.y, from.height);
    const float* a = fine.Row(rows.first);
    const float* b = fine.Row(rows.second);
    float* to = coarse.Row(y);
    for (int x = 0; x < coarse.width(); ++x) {
      const auto [left, right] = SamplesOfCell(coarse.area().x + x, from.x, from.width);
      to[x] = 0.25F * ((a[left] + a[right]) + (b[left] + b[right]));
    }
  }
  return coarse;
}

}  // namespace

Field LoadSamples(const Frame& frame, int plane, const Rect& area) {
  return Load(frame, plane, area, nullptr);
}

Field LoadOutside(const Frame& frame, int plane, const Rect& area, const Mask& mask) {
  return Load(frame, plane, area, &mask);
}

Field OutsideWeights(const Mask& mask, const Rect& area) {
  Field weights(area);
  for (int y = 0; y < area.height; ++y) {
    const uint8_t* hidden = mask.Row(area.y + y) + area.x;
    float* row = weights.Row(y);
    for (int x = 0; x < area.width; ++x) row[x] = hidden[x] ? 0.0F : 1.0F;
  }
  return weights;
}

Rect CoarserArea(const Rect& fine) {
  const int x = fine.x >> 1, y = fine.y >> 1;
  return {x, y, ((fine.right() - 1) >> 1) - x + 1, ((fine.bottom() - 1) >> 1) - y + 1};
}

Field Coarser(const Field& fine, int level) {
  if (level == 0) return fine;
  Field field = Halved(fine);
  for (int i = 1; i < level; ++i) field = Halved(field);
  return field;
}

Field Smooth(const Field& field, const Sigma& sigma) {
  return SmoothColumns(SmoothRows(field, HalfKernel(sigma.x)), HalfKernel(sigma.y));
}

CoarseReader::CoarseReader(const Field& coarse, const Rect& fine_area, int level)
    : coarse_(coarse),
      fine_area_(fine_area),
      level_(level),
      blended_(static_cast<size_t>(coarse.width())) {
  columns_.reserve(static_cast<size_t>(fine_area.width));
  for (int x = fine_area.x; x < fine_area.right(); ++x) {
    columns_.push_back(PlaceOf(x, level, coarse.area().x, coarse.width()));
  }
}

CoarseReader::Place CoarseReader::PlaceOf(int fine, int level, int coarse_begin,
                                          int coarse_length) {
  const double size = 1 << level;
  const double at = (fine + 0.5) / size - 0.5 - coarse_begin;
  const double floor = std::floor(at);
  const int first = static_cast<int>(floor);
  return {std::clamp(first, 0, coarse_length - 1), std::clamp(first + 1, 0, coarse_length - 1),
          static_cast<float>(at - floor)};
}

void CoarseReader::ReadRow(int y, int begin, int end, float* to) {
  if (begin >= end) return;
  const Place rows = PlaceOf(fine_area_.y + y, level_, coarse_.area().y, coarse_.height());
  const float* a = coarse_.Row(rows.first);
  const float* b = coarse_.Row(rows.second);
  const int from = columns_[static_cast<size_t>(begin)].first;
  const int last = columns_[static_cast<size_t>(end - 1)].second;
  float* mixed = blended_.data();
  for (int x = from; x <= last; ++x) mixed[x] = a[x] + rows.second_share * (b[x] - a[x]);
  for (int x = begin; x < end; ++x) {
    const Place& place = columns_[static_cast<size_t>(x)];
    to[x] = mixed[place.first] + place.second_share * (mixed[place.second] - mixed[place.first]);
  }
}

LargeBlur::LargeBlur(const Field& field, const Sigma& sigma) {
  while (std::min(sigma.x, sigma.y) / (2 << level) >= 3) ++level;
  // Means over cells and reading between them blur a little already.
  const double cell = 1 << level;
  const double done = level == 0 ? 0 : (cell * cell - 1) / 12 + cell * cell / 6;
  const auto left = [&](double s) { return std::sqrt(std::max(s * s - done, 0.04)) / cell; };
  coarse = Smooth(Coarser(field, level), {left(sigma.x), left(sigma.y)});
}

}  // namespace tapmask
