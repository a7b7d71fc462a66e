// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "tapmask/core/coordinates.h"
#include "tapmask/core/frame.h"
#include "tapmask/core/image.h"

namespace tapmask {

// Makes the copy that tracking looks at: 8-bit BGR, upright, square pixels, the short side at most
// `kShortSide` (never scaled up but to reach 16 pixels a side).
//
// All frames must have the size and format of the first. Not thread-safe.
class AnalysisScaler {
 public:
  static constexpr int kShortSide = 480;

  AnalysisScaler(const FrameGeometry& geometry, const ColorInfo& color);
  ~AnalysisScaler();

  BgrImage Scale(const Frame& frame);
  Size size() const { return size_; }  // Of the copies.

 private:
  struct Scaler;
  const FrameGeometry geometry_;
  const ColorInfo color_;
  Size size_;
  std::unique_ptr<Scaler> scaler_;
};

// The size of analysis copies of a video.
Size AnalysisSize(const FrameGeometry& geometry);

}  // namespace tapmask
