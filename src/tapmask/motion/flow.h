// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "tapmask/core/geometry.h"
#include "tapmask/motion/gray_image.h"

namespace tapmask {

// A displacement for every pixel, in pixels of the field: pixel (x, y) is found at (x + dx, y + dy)
// in the other picture.
struct FlowField {
  int width = 0;
  int height = 0;
  std::vector<float> xy;  // dx, dy for each pixel, row by row.

  Size size() const { return {width, height}; }
  const float* At(int x, int y) const {
    return &xy[2 * (static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x))];
  }
};

// The motion between two pictures, looked at from both.
struct FlowPair {
  FlowField backward;  // For pixels of the newer picture: where they are in the older one.
  FlowField forward;   // For pixels of the older picture: where they are in the newer one.
};

// Dense optical flow (dense inverse search) between consecutive pictures, in both directions,
// because the places where the two disagree are those where the flow must not be trusted.
//
// Keeps scratch memory: one instance for each pass. `Backward` and `Forward` may run at the same
// time, on two threads; nothing else may.
class FlowEstimator {
 public:
  enum class Detail {
    kNormal,  // Down to half the size.
    kFine,    // Down to single pixels.
  };
  explicit FlowEstimator(Detail detail = Detail::kNormal);
  FlowEstimator(const FlowEstimator& other);  // With scratch memory of its own.
  FlowEstimator(FlowEstimator&&) noexcept;
  FlowEstimator& operator=(FlowEstimator&&) noexcept;
  ~FlowEstimator();

  // Each throws Error with kInvalidArgument when the pictures are empty or of different sizes.
  FlowField Backward(const GrayImage& older, const GrayImage& newer);
  FlowField Forward(const GrayImage& older, const GrayImage& newer);
  FlowPair Between(const GrayImage& older, const GrayImage& newer);

 private:
  struct Engine;
  Detail detail_;
  std::unique_ptr<Engine> engine_;
};

// How well both directions agree, for every pixel of the newer picture, from 0 (there and back
// ends somewhere else) to 1. The error that is forgiven grows with the length of the motion.
std::vector<float> FlowConsistency(const FlowPair& flow);

}  // namespace tapmask
