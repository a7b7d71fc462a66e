// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/mask_scale.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tapmask {
namespace {

// What each output position takes from the input: two neighbours and the share of the second, in
// 1/256. Where the mask shrinks, the inputs that it covers, from `first` to `last`.
struct Tap {
  int first = 0;
  int last = 0;
  int share = 0;
};

std::vector<Tap> Taps(int from, int to) {
  std::vector<Tap> taps(static_cast<size_t>(to));
  const double scale = static_cast<double>(from) / to;
  for (int i = 0; i < to; ++i) {
    Tap& tap = taps[static_cast<size_t>(i)];
    if (scale <= 1) {
      const double centre = std::clamp((i + 0.5) * scale - 0.5, 0.0, from - 1.0);
      tap.first = static_cast<int>(centre);
      tap.last = std::min(tap.first + 1, from - 1);
      tap.share = static_cast<int>(std::lround((centre - tap.first) * 256));
    } else {
      tap.first = std::min(from - 1, static_cast<int>(i * scale));
      tap.last = std::clamp(static_cast<int>(std::ceil((i + 1) * scale)) - 1, tap.first, from - 1);
    }
  }
  return taps;
}

// The share of one row that is set under a tap, 0 to 256.
int Sample(const uint8_t* row, const Tap& tap, bool grows) {
  if (grows) return (row[tap.first] ? 256 - tap.share : 0) + (row[tap.last] ? tap.share : 0);
  int set = 0;
  for (int x = tap.first; x <= tap.last; ++x) set += row[x] != 0;
  return set * 256 / (tap.last - tap.first + 1);
}

}  // namespace

Mask ScaleMask(const Mask& mask, const Size& size) {
  if (mask.size() == size) return mask;
  Mask out(size.width, size.height);
  const Rect box = mask.BoundingBox();
  if (box.Empty()) return out;
  const double sx = static_cast<double>(size.width) / mask.width();
  const double sy = static_cast<double>(size.height) / mask.height();
  const Rect near = Inflate(box, 2, mask.size());
  const int x0 = std::max(0, static_cast<int>(near.x * sx) - 1);
  const int x1 = std::min(size.width, static_cast<int>(near.right() * sx) + 2);
  const int y0 = std::max(0, static_cast<int>(near.y * sy) - 1);
  const int y1 = std::min(size.height, static_cast<int>(near.bottom() * sy) + 2);
  const std::vector<Tap> columns = Taps(mask.width(), size.width);
  const std::vector<Tap> rows = Taps(mask.height(), size.height);
  const bool wider = sx >= 1, taller = sy >= 1;
  bool any = false;
  for (int y = y0; y < y1; ++y) {
    const Tap& row = rows[static_cast<size_t>(y)];
    uint8_t* to = out.MutableRow(y);
    for (int x = x0; x < x1; ++x) {
      const Tap& column = columns[static_cast<size_t>(x)];
      int covered = 0;  // In 1/65536.
      if (taller) {
        covered = Sample(mask.Row(row.first), column, wider) * (256 - row.share) +
                  Sample(mask.Row(row.last), column, wider) * row.share;
      } else {
        for (int yy = row.first; yy <= row.last; ++yy) {
          covered += Sample(mask.Row(yy), column, wider) * 256;
        }
        covered /= row.last - row.first + 1;
      }
      if (covered >= 32768) {
        to[x] = 255;
        any = true;
      }
    }
  }
  if (!any) {
    const int x = std::min(size.width - 1, static_cast<int>((box.x + box.width / 2.0) * sx));
    const int y = std::min(size.height - 1, static_cast<int>((box.y + box.height / 2.0) * sy));
    out.MutableRow(y)[x] = 255;
  }
  return out;
}

}  // namespace tapmask
