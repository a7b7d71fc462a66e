// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include "tapmask/core/frame.h"
#include "tapmask/core/geometry.h"
#include "tapmask/core/mask.h"

namespace tapmask {

// A rectangle of one plane as floating point numbers, in the plane's own grey levels.
//
// `area` says where in the plane it lies. Coarse fields made from it lie on a grid that is tied to
// the frame, not to the rectangle (cell c covers samples c << level and up): a mask that moves by a
// sample does not move the grid.
class Field {
 public:
  Field() = default;
  explicit Field(const Rect& area, float value = 0)
      : area_(area),
        samples_(static_cast<size_t>(area.width) * static_cast<size_t>(area.height), value) {}

  const Rect& area() const { return area_; }
  int width() const { return area_.width; }
  int height() const { return area_.height; }

  // `y` counts from the top of the area, the samples of a row from its left.
  float* Row(int y) { return samples_.data() + Offset(y); }
  const float* Row(int y) const { return samples_.data() + Offset(y); }

 private:
  size_t Offset(int y) const { return static_cast<size_t>(y) * static_cast<size_t>(area_.width); }

  Rect area_;
  std::vector<float> samples_;
};

// Standard deviations of a Gaussian, in samples of the plane it is for.
struct Sigma {
  double x = 0;
  double y = 0;
};

// All samples of the plane in `area`.
Field LoadSamples(const Frame& frame, int plane, const Rect& area);

// The samples outside `mask` (of the plane's size), 0 under it: what lies there is not read.
Field LoadOutside(const Frame& frame, int plane, const Rect& area, const Mask& mask);

// 1 outside `mask`, 0 under it.
Field OutsideWeights(const Mask& mask, const Rect& area);

// The cells of 2 x 2 samples that `fine` lies in, and the samples in one row or column of them:
// two, or twice the same where the other is outside.
Rect CoarserArea(const Rect& fine);
struct Pair {
  int first = 0;
  int second = 0;
};
inline Pair SamplesOfCell(int cell, int fine_begin, int fine_length) {
  return {std::max(2 * cell - fine_begin, 0), std::min(2 * cell + 1 - fine_begin, fine_length - 1)};
}

// Means over cells of 2^level x 2^level samples; cells at the edge over what there is of them.
Field Coarser(const Field& fine, int level);

// Each row and column filtered with a Gaussian; beyond the edges the last samples are repeated.
Field Smooth(const Field& field, const Sigma& sigma);

// Reads a coarse field at fine places, linear in between.
class CoarseReader {
 public:
  // `fine_area` is what `coarse` was made from with Coarser(…, level).
  CoarseReader(const Field& coarse, const Rect& fine_area, int level);
  // The values for row `y` of the fine area, columns `begin` to `end`, at to[begin] and up.
  void ReadRow(int y, int begin, int end, float* to);

 private:
  struct Place {
    int first = 0;
    int second = 0;
    float second_share = 0;
  };
  static Place PlaceOf(int fine, int level, int coarse_begin, int coarse_length);

  const Field& coarse_;
  const Rect fine_area_;
  const int level_;
  std::vector<Place> columns_;
  std::vector<float> blended_;  // Two coarse rows, mixed.
};

// A large Gaussian at the price of a small one: filtered on a coarser grid, read back between.
struct LargeBlur {
  LargeBlur(const Field& field, const Sigma& sigma);
  int level = 0;
  Field coarse;
};

}  // namespace tapmask
