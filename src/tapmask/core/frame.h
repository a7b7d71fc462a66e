// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "tapmask/core/geometry.h"

namespace tapmask {

// How the samples of a frame lie in memory: one plane a component, 8-bit samples in bytes, deeper
// ones in the low bits of native 16-bit words.
struct PixelFormat {
  enum class Model {
    kGray,  // 1 plane
    kYuv,   // 3 planes: Y, Cb, Cr
    kRgb,   // 3 planes: G, B, R; never subsampled
  };
  Model model = Model::kYuv;
  int bits = 8;            // 8 to 16
  int chroma_shift_x = 1;  // log2 of the horizontal subsampling of planes 1 and 2: 0 to 2
  int chroma_shift_y = 1;

  int planes() const { return model == Model::kGray ? 1 : 3; }
  int bytes_per_sample() const { return bits > 8 ? 2 : 1; }
  int max_value() const { return (1 << bits) - 1; }
  bool operator==(const PixelFormat&) const = default;
};

enum class Range { kUnspecified, kLimited, kFull };

// Colour as ISO/IEC 23091-2 (H.273) code points; 2 means "unspecified".
struct ColorInfo {
  Range range = Range::kUnspecified;
  int primaries = 2;
  int transfer = 2;
  int matrix = 2;
  int chroma_location = 0;  // 0 unspecified, else 1 + the H.273 chroma sample location type.
  bool operator==(const ColorInfo&) const = default;
};

enum class FieldOrder { kProgressive, kTopFieldFirst, kBottomFieldFirst };

// One picture: the decoder's planes with their time.
//
// A value: copies share the samples, which nobody changes; `MutableData` first makes a private
// copy when the samples are shared or belong to a decoder (copy on write). Two threads may read
// copies of one frame at the same time.
class Frame {
 public:
  Frame() = default;

  // A frame with samples of its own, all zero. Rows are aligned to 64 bytes.
  static Frame Allocate(const PixelFormat& format, int width, int height);

  struct Plane {
    const uint8_t* data = nullptr;
    ptrdiff_t stride_bytes = 0;
  };
  // A frame over foreign samples; `owner` keeps them alive and unchanged.
  static Frame Wrap(const PixelFormat& format, int width, int height,
                    const std::array<Plane, 3>& planes, std::shared_ptr<const void> owner);

  bool Empty() const { return width_ == 0; }
  const PixelFormat& format() const { return format_; }
  int width() const { return width_; }
  int height() const { return height_; }
  Size size() const { return {width_, height_}; }

  // Subsampled planes are rounded up: a 5x5 frame in 4:2:0 has 3x3 chroma samples.
  int PlaneWidth(int plane) const;
  int PlaneHeight(int plane) const;

  const uint8_t* Data(int plane) const { return planes_[static_cast<size_t>(plane)].data; }
  ptrdiff_t StrideBytes(int plane) const {
    return planes_[static_cast<size_t>(plane)].stride_bytes;
  }
  // T is uint8_t for 8 bit, uint16_t for deeper formats.
  template <class T>
  const T* Row(int plane, int y) const {
    return reinterpret_cast<const T*>(Data(plane) + y * StrideBytes(plane));
  }

  // Writable samples; pointers and strides taken before may be stale afterwards.
  uint8_t* MutableData(int plane);
  template <class T>
  T* MutableRow(int plane, int y) {
    uint8_t* data = MutableData(plane);
    return reinterpret_cast<T*>(data + y * StrideBytes(plane));
  }

  // What belongs to the picture besides its samples.
  int64_t index = 0;     // Counts shown frames from 0.
  int64_t pts = 0;       // In the source's time base; strictly increasing from frame to frame.
  int64_t duration = 0;  // In the source's time base; 0 when the file does not say.
  FieldOrder field_order = FieldOrder::kProgressive;

 private:
  void MakeWritable();

  PixelFormat format_;
  int width_ = 0;
  int height_ = 0;
  std::array<Plane, 3> planes_{};
  std::shared_ptr<const void> owner_;
  std::shared_ptr<uint8_t[]> own_;  // Set when the samples are ours; then planes_ point into it.
};

// True when size, format and all samples are equal; times are not compared.
bool SameSamples(const Frame& a, const Frame& b);

}  // namespace tapmask
