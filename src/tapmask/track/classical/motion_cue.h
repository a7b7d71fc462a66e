// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>

namespace tapmask {

// What motion against the background says about a pixel: when the object clearly moves, a pixel
// that stands still with the background is hardly part of it, and one that moves probably is.
class MotionCue {
 public:
  // `residual`: 32FC2 motion against the background. `expected`: where the object should be.
  // `background`: pixels that are certainly not the object. Masks are 0 or not 0.
  MotionCue(const cv::Mat& residual, const cv::Mat& expected, const cv::Mat& background);

  // Log odds that a pixel with this residual belongs to the object.
  float Logit(const cv::Vec2f& residual) const;

  bool Useful() const { return weight_ > 0; }

 private:
  float threshold_ = 0;  // Pixels a frame that separate moving from standing.
  float weight_ = 0;     // 0: the object does not move enough to tell. Up to 1.
};

}  // namespace tapmask
