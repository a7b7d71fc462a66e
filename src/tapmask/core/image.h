// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tapmask/core/geometry.h"

namespace tapmask {

// 8-bit BGR, interleaved, rows without gaps: the copy of a frame that tracking looks at.
// Upright, at working size. A value whose copies share the samples; they are never changed.
class BgrImage {
 public:
  BgrImage() = default;
  // `samples` holds 3 * width * height bytes.
  BgrImage(int width, int height, std::vector<uint8_t> samples)
      : width_(width),
        height_(height),
        samples_(std::make_shared<const std::vector<uint8_t>>(std::move(samples))) {}

  bool Empty() const { return width_ == 0; }
  int width() const { return width_; }
  int height() const { return height_; }
  Size size() const { return {width_, height_}; }
  const uint8_t* data() const { return samples_->data(); }
  const uint8_t* Row(int y) const {
    return data() + static_cast<size_t>(y) * static_cast<size_t>(width_) * 3;
  }
  bool SameSamples(const BgrImage& other) const {
    return size() == other.size() && (samples_ == other.samples_ || *samples_ == *other.samples_);
  }

 private:
  int width_ = 0;
  int height_ = 0;
  std::shared_ptr<const std::vector<uint8_t>> samples_;
};

}  // namespace tapmask
