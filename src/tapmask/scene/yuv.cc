// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/error.h"
#include "tapmask/scene/scene.h"

namespace tapmask {
namespace {

// BT.709, limited range, in units of 2^-16; each column is one component.
constexpr int kShift = 16;
constexpr int kRed[3] = {11966, -6596, 28784};
constexpr int kGreen[3] = {40254, -22189, -26145};
constexpr int kBlue[3] = {4064, 28784, -2639};

// `count` is how many pixels were summed up: 1 or 4.
uint8_t Sample(int component, int offset, int r, int g, int b, int count) {
  const int64_t sum =
      int64_t{kRed[component]} * r + int64_t{kGreen[component]} * g + int64_t{kBlue[component]} * b;
  const int64_t unit = int64_t{count} << kShift;
  return static_cast<uint8_t>(offset + (sum + unit / 2 + 256 * unit) / unit - 256);
}

}  // namespace

Frame YuvFromBgr(const BgrImage& image) {
  const int width = image.width(), height = image.height();
  if (image.Empty() || width % 2 != 0 || height % 2 != 0) {
    throw Error(Code::kInvalidArgument, "A picture needs even sides to become 4:2:0.");
  }
  Frame frame = Frame::Allocate({PixelFormat::Model::kYuv, 8, 1, 1}, width, height);
  for (int y = 0; y < height; ++y) {
    const uint8_t* from = image.Row(y);
    auto* luma = frame.MutableRow<uint8_t>(0, y);
    for (int x = 0; x < width; ++x, from += 3) {
      luma[x] = Sample(0, 16, from[2], from[1], from[0], 1);
    }
  }
  for (int y = 0; y < height / 2; ++y) {
    const uint8_t* top = image.Row(2 * y);
    const uint8_t* bottom = image.Row(2 * y + 1);
    auto* cb = frame.MutableRow<uint8_t>(1, y);
    auto* cr = frame.MutableRow<uint8_t>(2, y);
    for (int x = 0; x < width / 2; ++x, top += 6, bottom += 6) {
      const int b = top[0] + top[3] + bottom[0] + bottom[3];
      const int g = top[1] + top[4] + bottom[1] + bottom[4];
      const int r = top[2] + top[5] + bottom[2] + bottom[5];
      cb[x] = Sample(1, 128, r, g, b, 4);
      cr[x] = Sample(2, 128, r, g, b, 4);
    }
  }
  return frame;
}

}  // namespace tapmask
