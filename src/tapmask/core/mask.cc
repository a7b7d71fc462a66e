// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/mask.h"

#include <algorithm>
#include <cstring>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

template <class Op>
Mask Combine(const Mask& a, const Mask& b, Op op) {
  if (a.size() != b.size()) throw Error(Code::kInternal, "Masks of two sizes were combined.");
  std::vector<uint8_t> pixels(static_cast<size_t>(a.width()) * static_cast<size_t>(a.height()));
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = op(a.data()[i], b.data()[i]);
  return {a.width(), a.height(), std::move(pixels)};
}

}  // namespace

Mask::Mask(int width, int height, uint8_t fill)
    : Mask(width, height,
           std::vector<uint8_t>(static_cast<size_t>(width) * static_cast<size_t>(height), fill)) {}

Mask::Mask(int width, int height, std::vector<uint8_t> pixels)
    : width_(width),
      height_(height),
      pixels_(std::make_shared<std::vector<uint8_t>>(std::move(pixels))) {
  if (pixels_->size() != static_cast<size_t>(width) * static_cast<size_t>(height)) {
    throw Error(Code::kInternal, "A mask's pixels do not fit its size.");
  }
  for (uint8_t& p : *pixels_) p = p ? 255 : 0;
}

uint8_t* Mask::MutableRow(int y) {
  if (pixels_.use_count() > 1) pixels_ = std::make_shared<std::vector<uint8_t>>(*pixels_);
  return pixels_->data() + static_cast<size_t>(y) * static_cast<size_t>(width_);
}

int64_t Mask::Area() const {
  if (!pixels_) return 0;
  return static_cast<int64_t>(pixels_->size()) -
         std::count(pixels_->begin(), pixels_->end(), uint8_t{0});
}

Rect Mask::BoundingBox() const {
  int x0 = width_, x1 = -1, y0 = -1, y1 = -1;
  for (int y = 0; y < height_; ++y) {
    const uint8_t* row = Row(y);
    const auto* first =
        static_cast<const uint8_t*>(std::memchr(row, 255, static_cast<size_t>(width_)));
    if (!first) continue;
    int last = width_ - 1;
    while (!row[last]) --last;
    x0 = std::min(x0, static_cast<int>(first - row));
    x1 = std::max(x1, last);
    if (y0 < 0) y0 = y;
    y1 = y;
  }
  if (y0 < 0) return {};
  return {x0, y0, x1 - x0 + 1, y1 - y0 + 1};
}

bool Mask::operator==(const Mask& other) const {
  if (size() != other.size()) return false;
  if (pixels_ == other.pixels_) return true;
  return pixels_ && other.pixels_ && *pixels_ == *other.pixels_;
}

Mask Union(const Mask& a, const Mask& b) {
  return Combine(a, b, [](uint8_t p, uint8_t q) { return static_cast<uint8_t>(p | q); });
}

Mask Subtract(const Mask& a, const Mask& b) {
  return Combine(a, b, [](uint8_t p, uint8_t q) { return static_cast<uint8_t>(p & ~q); });
}

Mask Complement(const Mask& a) {
  return Subtract(Mask(a.width(), a.height(), 255), a);
}

double IntersectionOverUnion(const Mask& a, const Mask& b) {
  if (a.size() != b.size()) throw Error(Code::kInternal, "Masks of two sizes were compared.");
  int64_t both = 0, any = 0;
  const size_t n = static_cast<size_t>(a.width()) * static_cast<size_t>(a.height());
  for (size_t i = 0; i < n; ++i) {
    both += (a.data()[i] & b.data()[i]) != 0;
    any += (a.data()[i] | b.data()[i]) != 0;
  }
  return any == 0 ? 1.0 : static_cast<double>(both) / static_cast<double>(any);
}

void FillRect(Mask& mask, const Rect& r) {
  const Rect inside = Intersect(r, {0, 0, mask.width(), mask.height()});
  for (int y = inside.y; y < inside.bottom(); ++y) {
    std::memset(mask.MutableRow(y) + inside.x, 255, static_cast<size_t>(inside.width));
  }
}

Mask Rotate(const Mask& mask, int quarter_turns) {
  const int turns = ((quarter_turns % 4) + 4) % 4;
  if (turns == 0) return mask;
  const int w = mask.width(), h = mask.height();
  const bool swapped = turns % 2 == 1;
  Mask out(swapped ? h : w, swapped ? w : h);
  for (int y = 0; y < out.height(); ++y) {
    uint8_t* to = out.MutableRow(y);
    for (int x = 0; x < out.width(); ++x) {
      switch (turns) {
        case 1: to[x] = mask.Row(h - 1 - x)[y]; break;
        case 2: to[x] = mask.Row(h - 1 - y)[w - 1 - x]; break;
        default: to[x] = mask.Row(x)[w - 1 - y]; break;
      }
    }
  }
  return out;
}

}  // namespace tapmask
