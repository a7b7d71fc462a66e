// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tapmask {

// A ratio of two integers, `den` > 0. Used for time bases (seconds a tick), frame rates and pixel
// aspects (width : height).
struct Rational {
  int64_t num = 0;
  int64_t den = 1;

  double AsDouble() const { return static_cast<double>(num) / static_cast<double>(den); }
  bool operator==(const Rational& other) const { return num * other.den == other.num * den; }
};

struct Size {
  int width = 0;
  int height = 0;
  bool operator==(const Size&) const = default;
};

// Half-open: covers x in [x, x + width), y likewise. Empty when a side is 0.
struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;

  bool Empty() const { return width <= 0 || height <= 0; }
  int right() const { return x + width; }
  int bottom() const { return y + height; }
  bool operator==(const Rect&) const = default;
};

// The part of `a` inside `b`; empty (all zero) when they do not meet.
Rect Intersect(const Rect& a, const Rect& b);
// The smallest rectangle around both; an empty one does not count.
Rect Unite(const Rect& a, const Rect& b);
// `r` widened by `margin` on all sides and clipped to `bounds`.
Rect Inflate(const Rect& r, int margin, const Size& bounds);

// A place, not a sample: (0,0) is the outer corner of the top left sample, whose centre is
// (0.5,0.5).
struct Point2f {
  double x = 0;
  double y = 0;
  bool operator==(const Point2f&) const = default;
};

}  // namespace tapmask
