// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/rle.h"

#include <cstdint>
#include <vector>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

void AppendCount(std::string& text, int64_t value) {
  bool more = true;
  while (more) {
    auto group = static_cast<uint8_t>(value & 0x1f);
    value >>= 5;
    more = (group & 0x10) ? value != -1 : value != 0;
    if (more) group |= 0x20;
    text.push_back(static_cast<char>(group + 48));
  }
}

[[noreturn]] void Malformed() {
  throw Error(Code::kInvalidArgument,
              "The mask file holds run lengths that do not describe a mask of its size; "
              "write it again.");
}

// Reads the runs of `text` in their order and calls `on_ones(first, count)` for each run of ones
// that is not empty. Takes constant memory whatever the text says.
template <class OnOnes>
void ForEachRun(int width, int height, std::string_view text, OnOnes on_ones) {
  const int64_t total = static_cast<int64_t>(width) * height;
  int64_t position = 0;
  int64_t before = 0, two_before = 0;  // The last two counts.
  int64_t runs = 0;
  size_t i = 0;
  while (i < text.size()) {
    int64_t value = 0;
    int shift = 0;
    bool more = true;
    while (more) {
      if (i >= text.size() || shift > 50) Malformed();
      const int group = text[i++] - 48;
      if (group < 0 || group > 63) Malformed();
      value |= static_cast<int64_t>(group & 0x1f) << shift;
      more = (group & 0x20) != 0;
      shift += 5;
      if (!more && (group & 0x10)) value |= -(int64_t{1} << shift);
    }
    if (runs > 2) value += two_before;
    if (value < 0 || value > total - position) Malformed();
    if (runs % 2 == 1 && value > 0) on_ones(position, value);
    position += value;
    two_before = before;
    before = value;
    ++runs;
  }
  if (position != total) Malformed();
}

}  // namespace

std::string EncodeRle(const Mask& mask) {
  std::vector<int64_t> counts;
  int64_t run = 0;
  uint8_t current = 0;
  const auto stride = static_cast<size_t>(mask.width());
  for (int x = 0; x < mask.width(); ++x) {
    const uint8_t* pixel = mask.data() + x;
    for (int y = 0; y < mask.height(); ++y, pixel += stride) {
      if (*pixel != current) {
        counts.push_back(run);
        run = 0;
        current = *pixel;
      }
      ++run;
    }
  }
  counts.push_back(run);
  std::string text;
  for (size_t i = 0; i < counts.size(); ++i) {
    AppendCount(text, i > 2 ? counts[i] - counts[i - 2] : counts[i]);
  }
  return text;
}

Mask DecodeRle(int width, int height, std::string_view counts) {
  Mask mask(width, height);
  ForEachRun(width, height, counts, [&](int64_t first, int64_t count) {
    for (int64_t p = first; p < first + count; ++p) {
      mask.MutableRow(static_cast<int>(p % height))[p / height] = 255;
    }
  });
  return mask;
}

Rect BoundingBoxOfRle(int width, int height, std::string_view counts) {
  Rect box;
  ForEachRun(width, height, counts, [&](int64_t first, int64_t count) {
    const int64_t last = first + count - 1;
    const int x0 = static_cast<int>(first / height), x1 = static_cast<int>(last / height);
    const bool one_column = x0 == x1;
    const int y0 = one_column ? static_cast<int>(first % height) : 0;
    const int y1 = one_column ? static_cast<int>(last % height) : height - 1;
    box = Unite(box, {x0, y0, x1 - x0 + 1, y1 - y0 + 1});
  });
  return box;
}

}  // namespace tapmask
