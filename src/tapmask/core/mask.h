// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tapmask/core/geometry.h"

namespace tapmask {

// Which pixels belong to something: one byte a pixel, 0 or 255, rows without gaps.
// A value whose copies share the pixels; `MutableRow` makes a private copy first.
class Mask {
 public:
  Mask() = default;
  Mask(int width, int height, uint8_t fill = 0);
  // `pixels` holds width * height bytes; anything but 0 becomes 255.
  Mask(int width, int height, std::vector<uint8_t> pixels);

  int width() const { return width_; }
  int height() const { return height_; }
  Size size() const { return {width_, height_}; }

  const uint8_t* data() const { return pixels_ ? pixels_->data() : nullptr; }
  const uint8_t* Row(int y) const {
    return data() + static_cast<size_t>(y) * static_cast<size_t>(width_);
  }
  bool At(int x, int y) const { return Row(y)[x] != 0; }
  uint8_t* MutableRow(int y);

  bool Empty() const { return Area() == 0; }  // No pixel is set, or it has no size.
  int64_t Area() const;                       // Pixels that are set.
  Rect BoundingBox() const;                   // Empty when no pixel is set.

  bool operator==(const Mask& other) const;

 private:
  int width_ = 0;
  int height_ = 0;
  std::shared_ptr<std::vector<uint8_t>> pixels_;
};

// The masks must be of one size.
Mask Union(const Mask& a, const Mask& b);
Mask Subtract(const Mask& a, const Mask& b);
Mask Complement(const Mask& a);
double IntersectionOverUnion(const Mask& a, const Mask& b);  // 1 when both are empty.

// Sets all pixels of `r` that are inside.
void FillRect(Mask& mask, const Rect& r);

// Turned clockwise by `quarter_turns` * 90 degrees.
Mask Rotate(const Mask& mask, int quarter_turns);

}  // namespace tapmask
