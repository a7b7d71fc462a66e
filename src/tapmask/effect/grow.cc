// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/grow.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tapmask {

// Exact and linear in the number of pixels: first how far each pixel is from the mask within its
// own column, then each pixel near enough reaches a run of its row, and the runs are united.
Mask Grow(const Mask& mask, double radius_px) {
  const Rect box = mask.BoundingBox();
  if (box.Empty() || radius_px < 1) return mask;
  const double farthest = std::hypot(mask.width(), mask.height());
  const double radius = std::min(radius_px, farthest);
  const int reach = static_cast<int>(radius);
  const Rect area = Inflate(box, reach, mask.size());
  const auto columns = static_cast<size_t>(area.width);

  // half_run[d]: how far a pixel that is d rows from the mask reaches to each side.
  std::vector<int> half_run(static_cast<size_t>(reach) + 1);
  for (int d = 0; d <= reach; ++d) {
    const double left = radius * radius - static_cast<double>(d) * d;
    half_run[static_cast<size_t>(d)] = static_cast<int>(std::sqrt(std::max(left, 0.0)) + 1e-9);
  }

  // Rows to the nearest mask pixel of the column, above or here, then below too.
  const int out_of_reach = reach + 1;
  std::vector<int> rows_away(columns * static_cast<size_t>(area.height));
  const auto row_of = [&](int y) { return &rows_away[columns * static_cast<size_t>(y - area.y)]; };
  for (int y = area.y; y < area.bottom(); ++y) {
    const uint8_t* pixels = mask.Row(y) + area.x;
    int* row = row_of(y);
    for (size_t x = 0; x < columns; ++x) {
      const int above =
          y > area.y ? std::min(*(row + x - columns) + 1, out_of_reach) : out_of_reach;
      row[x] = pixels[x] ? 0 : above;
    }
  }
  for (int y = area.bottom() - 2; y >= area.y; --y) {
    int* row = row_of(y);
    for (size_t x = 0; x < columns; ++x) row[x] = std::min(row[x], row[x + columns] + 1);
  }

  Mask grown(mask.width(), mask.height());
  std::vector<int> change(columns + 1);  // +1 where a run begins, -1 behind its end.
  for (int y = area.y; y < area.bottom(); ++y) {
    std::fill(change.begin(), change.end(), 0);
    const int* row = row_of(y);
    for (int x = 0; x < area.width; ++x) {
      if (row[x] > reach) continue;
      const int half = half_run[static_cast<size_t>(row[x])];
      ++change[static_cast<size_t>(std::max(x - half, 0))];
      --change[static_cast<size_t>(std::min(x + half + 1, area.width))];
    }
    uint8_t* to = grown.MutableRow(y) + area.x;
    int runs = 0;
    for (size_t x = 0; x < columns; ++x) {
      runs += change[x];
      to[x] = runs > 0 ? 255 : 0;
    }
  }
  return grown;
}

Mask Shrink(const Mask& mask, double radius_px) {
  return Complement(Grow(Complement(mask), radius_px));
}

int AutoGrowPx(int frame_height_px) {
  return std::max(4, static_cast<int>(std::lround(0.007 * frame_height_px)));
}

}  // namespace tapmask
