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

Mask DecodeRle(int width, int height, std::string_view text) {
  Mask mask(width, height);
  const int64_t total = static_cast<int64_t>(width) * height;
  std::vector<int64_t> counts;
  int64_t position = 0;
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
    if (counts.size() > 2) value += counts[counts.size() - 2];
    if (value < 0 || value > total - position) Malformed();
    const bool set = counts.size() % 2 == 1;
    if (set) {
      for (int64_t p = position; p < position + value; ++p) {
        mask.MutableRow(static_cast<int>(p % height))[p / height] = 255;
      }
    }
    position += value;
    counts.push_back(value);
  }
  if (position != total) Malformed();
  return mask;
}

}  // namespace tapmask
