// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/geometry.h"

#include <algorithm>

namespace tapmask {

Rect Intersect(const Rect& a, const Rect& b) {
  const int x0 = std::max(a.x, b.x), y0 = std::max(a.y, b.y);
  const int x1 = std::min(a.right(), b.right()), y1 = std::min(a.bottom(), b.bottom());
  if (x1 <= x0 || y1 <= y0) return {};
  return {x0, y0, x1 - x0, y1 - y0};
}

Rect Unite(const Rect& a, const Rect& b) {
  if (a.Empty()) return b;
  if (b.Empty()) return a;
  const int x0 = std::min(a.x, b.x), y0 = std::min(a.y, b.y);
  const int x1 = std::max(a.right(), b.right()), y1 = std::max(a.bottom(), b.bottom());
  return {x0, y0, x1 - x0, y1 - y0};
}

Rect Inflate(const Rect& r, int margin, const Size& bounds) {
  if (r.Empty()) return {};
  return Intersect({r.x - margin, r.y - margin, r.width + 2 * margin, r.height + 2 * margin},
                   {0, 0, bounds.width, bounds.height});
}

}  // namespace tapmask
