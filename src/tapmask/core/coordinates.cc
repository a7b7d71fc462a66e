// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/coordinates.h"

#include <algorithm>
#include <cmath>

namespace tapmask {

Size FrameGeometry::MaskSize() const {
  return quarter_turns % 2 == 0 ? coded : Size{coded.height, coded.width};
}

Rational FrameGeometry::MaskAspect() const {
  return quarter_turns % 2 == 0 ? coded_aspect : Rational{coded_aspect.den, coded_aspect.num};
}

Size FrameGeometry::ShownSize() const {
  const Size mask = MaskSize();
  const double width = std::round(mask.width * MaskAspect().AsDouble());
  return {std::max(1, static_cast<int>(width)), mask.height};
}

// The scale is that of the rounded sizes, so that the shown frame's far edge is the mask's.
Point2f FrameGeometry::MaskFromShown(Point2f in_shown) const {
  const Size mask = MaskSize(), shown = ShownSize();
  return {in_shown.x * mask.width / shown.width, in_shown.y * mask.height / shown.height};
}

Point2f FrameGeometry::ShownFromMask(Point2f in_mask) const {
  const Size mask = MaskSize(), shown = ShownSize();
  return {in_mask.x * shown.width / mask.width, in_mask.y * shown.height / mask.height};
}

Rect FrameGeometry::MaskFromShown(const Rect& in_shown) const {
  const Point2f a = MaskFromShown(Point2f{1.0 * in_shown.x, 1.0 * in_shown.y});
  const Point2f b = MaskFromShown(Point2f{1.0 * in_shown.right(), 1.0 * in_shown.bottom()});
  const int x0 = static_cast<int>(std::floor(a.x)), y0 = static_cast<int>(std::floor(a.y));
  const int x1 = static_cast<int>(std::ceil(b.x)), y1 = static_cast<int>(std::ceil(b.y));
  return {x0, y0, x1 - x0, y1 - y0};
}

}  // namespace tapmask
