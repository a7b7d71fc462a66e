// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/frame.h"

#include <cstring>
#include <new>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

constexpr size_t kAlignment = 64;

ptrdiff_t AlignedStride(int width, int bytes_per_sample) {
  const size_t bytes = static_cast<size_t>(width) * static_cast<size_t>(bytes_per_sample);
  return static_cast<ptrdiff_t>((bytes + kAlignment - 1) / kAlignment * kAlignment);
}

int Shifted(int length, int shift) {
  return (length + (1 << shift) - 1) >> shift;
}

}  // namespace

int Frame::PlaneWidth(int plane) const {
  return plane == 0 ? width_ : Shifted(width_, format_.chroma_shift_x);
}

int Frame::PlaneHeight(int plane) const {
  return plane == 0 ? height_ : Shifted(height_, format_.chroma_shift_y);
}

Frame Frame::Allocate(const PixelFormat& format, int width, int height) {
  if (width <= 0 || height <= 0) {
    throw Error(Code::kInternal, "A frame needs a size.", "Frame::Allocate");
  }
  Frame frame;
  frame.format_ = format;
  if (format.model != PixelFormat::Model::kYuv) {
    frame.format_.chroma_shift_x = frame.format_.chroma_shift_y = 0;
  }
  frame.width_ = width;
  frame.height_ = height;
  std::array<size_t, 3> offsets{};
  size_t total = 0;
  for (int plane = 0; plane < format.planes(); ++plane) {
    const auto p = static_cast<size_t>(plane);
    offsets[p] = total;
    frame.planes_[p].stride_bytes =
        AlignedStride(frame.PlaneWidth(plane), format.bytes_per_sample());
    total += static_cast<size_t>(frame.planes_[p].stride_bytes) *
             static_cast<size_t>(frame.PlaneHeight(plane));
  }
  auto* raw = static_cast<uint8_t*>(::operator new (total, std::align_val_t{kAlignment}));
  frame.own_ = std::shared_ptr<uint8_t[]>(
      raw, [](uint8_t* p) { ::operator delete (p, std::align_val_t{kAlignment}); });
  std::memset(raw, 0, total);
  for (int plane = 0; plane < format.planes(); ++plane) {
    const auto p = static_cast<size_t>(plane);
    frame.planes_[p].data = raw + offsets[p];
  }
  return frame;
}

Frame Frame::Wrap(const PixelFormat& format, int width, int height,
                  const std::array<Plane, 3>& planes, std::shared_ptr<const void> owner) {
  Frame frame;
  frame.format_ = format;
  frame.width_ = width;
  frame.height_ = height;
  frame.planes_ = planes;
  frame.owner_ = std::move(owner);
  return frame;
}

uint8_t* Frame::MutableData(int plane) {
  MakeWritable();
  return const_cast<uint8_t*>(Data(plane));  // Points into own_, which is not shared now.
}

void Frame::MakeWritable() {
  if (own_ && own_.use_count() == 1) return;
  Frame copy = Allocate(format_, width_, height_);
  for (int plane = 0; plane < format_.planes(); ++plane) {
    const size_t row_bytes =
        static_cast<size_t>(PlaneWidth(plane)) * static_cast<size_t>(format_.bytes_per_sample());
    auto* to = const_cast<uint8_t*>(copy.Data(plane));
    for (int y = 0; y < PlaneHeight(plane); ++y) {
      std::memcpy(to + y * copy.StrideBytes(plane), Data(plane) + y * StrideBytes(plane),
                  row_bytes);
    }
  }
  planes_ = copy.planes_;
  own_ = std::move(copy.own_);
  owner_.reset();
}

bool SameSamples(const Frame& a, const Frame& b) {
  if (a.size() != b.size() || !(a.format() == b.format())) return false;
  for (int plane = 0; plane < a.format().planes(); ++plane) {
    const size_t row_bytes = static_cast<size_t>(a.PlaneWidth(plane)) *
                             static_cast<size_t>(a.format().bytes_per_sample());
    for (int y = 0; y < a.PlaneHeight(plane); ++y) {
      if (std::memcmp(a.Data(plane) + y * a.StrideBytes(plane),
                      b.Data(plane) + y * b.StrideBytes(plane), row_bytes) != 0) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace tapmask
