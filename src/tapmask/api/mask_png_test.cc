// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/mask_png.h"

#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

#include <gtest/gtest.h>

namespace tapmask::api {
namespace {

uint32_t Number(std::string_view bytes) {
  uint32_t number = 0;
  for (const char c : bytes.substr(0, 4)) number = number << 8 | static_cast<uint8_t>(c);
  return number;
}

// Reads what MaskPng writes, with the checks that a reader makes.
Mask ReadPng(std::string_view png) {
  EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1a\n");
  png.remove_prefix(8);
  std::string types, compressed;
  int width = 0, height = 0;
  while (!png.empty()) {
    const size_t length = Number(png);
    const std::string_view type = png.substr(4, 4), data = png.substr(8, length);
    const std::string_view checked = png.substr(4, length + 4);
    EXPECT_EQ(Number(png.substr(8 + length)),
              crc32(0, reinterpret_cast<const Bytef*>(checked.data()),
                    static_cast<uInt>(checked.size())));
    if (type == "IHDR") {
      width = static_cast<int>(Number(data));
      height = static_cast<int>(Number(data.substr(4)));
      EXPECT_EQ(data.substr(8), std::string_view("\x08\0\0\0\0", 5));
    }
    if (type == "IDAT") compressed += data;
    types += std::string(type) + " ";
    png.remove_prefix(12 + length);
  }
  EXPECT_EQ(types, "IHDR IDAT IEND ");
  const auto stride = static_cast<size_t>(width) + 1;
  std::vector<Bytef> rows(stride * static_cast<size_t>(height) + 1);
  uLongf size = rows.size();
  EXPECT_EQ(uncompress(rows.data(), &size, reinterpret_cast<const Bytef*>(compressed.data()),
                       compressed.size()),
            Z_OK);
  EXPECT_EQ(size, stride * static_cast<size_t>(height));
  std::vector<uint8_t> pixels;
  for (size_t y = 0; y < static_cast<size_t>(height); ++y) {
    EXPECT_EQ(rows[y * stride], 0) << "a filter";
    for (size_t x = 1; x < stride; ++x) {
      EXPECT_TRUE(rows[y * stride + x] == 0 || rows[y * stride + x] == 255);
      pixels.push_back(rows[y * stride + x]);
    }
  }
  return Mask(width, height, std::move(pixels));
}

TEST(MaskPng, HoldsTheMask) {
  for (const Size& size : {Size{1, 1}, Size{16, 9}, Size{9, 16}, Size{640, 361}}) {
    Mask mask(size.width, size.height);
    FillRect(mask, {size.width / 3, size.height / 4, size.width / 2 + 1, size.height / 2 + 1});
    EXPECT_EQ(ReadPng(MaskPng(mask)), mask) << size.width;
    EXPECT_EQ(ReadPng(MaskPng(Complement(mask))), Complement(mask)) << size.width;
  }
}

// More than one piece of what zlib puts out.
TEST(MaskPng, HoldsAMaskThatCannotBeMadeSmall) {
  Mask mask(1'500, 1'000);
  uint32_t state = 1;
  for (int y = 0; y < mask.height(); ++y) {
    uint8_t* const row = mask.MutableRow(y);
    for (int x = 0; x < mask.width(); ++x) {
      state = state * 1'664'525 + 1'013'904'223;
      row[x] = state >> 31 ? 255 : 0;
    }
  }
  const std::string png = MaskPng(mask);
  EXPECT_GT(png.size(), 150'000u);
  EXPECT_TRUE(ReadPng(png) == mask);
}

TEST(MaskPng, IsSmallForALargeMask) {
  Mask mask(3'840, 2'160);
  FillRect(mask, {1'000, 500, 800, 900});
  EXPECT_LT(MaskPng(mask).size(), 60'000u);
}

}  // namespace
}  // namespace tapmask::api
