// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include <opencv2/core/mat.hpp>

#include "tapmask/effect/erase/picture.h"
#include "tapmask/motion/archive_mat.h"
#include "tapmask/motion/flow.h"
#include "tapmask/motion/global_motion.h"

namespace tapmask {

// How the background moves from one frame to a neighbouring one, in working pixels, also where it
// is hidden.
struct Motion {
  static constexpr float kFlowUnit = 1 / 64.0f;   // Pixels.
  static constexpr float kErrorUnit = 1 / 32.0f;  // Pixels; 255 stands for more as well.

  cv::Mat flow;                         // 16SC2.
  cv::Mat error;                        // 8U: there and back again ends that far away.
  Homography camera;                    // What most of what is known agrees with.
  std::array<cv::Point2f, 4> quarters;  // The median motion in each quarter of the picture.

  bool Known() const { return !flow.empty(); }
  void Archive(StateArchive& archive) { archive(flow, error, camera, quarters); }
};

// Reads motion linearly between the pixels, the last ones repeated outside.
struct Bilinear {
  Bilinear(const cv::Point2f& p, const cv::Size& size) {
    const float x = std::clamp(p.x, 0.0f, static_cast<float>(size.width - 1));
    const float y = std::clamp(p.y, 0.0f, static_cast<float>(size.height - 1));
    x0 = static_cast<int>(x), y0 = static_cast<int>(y);
    x1 = std::min(x0 + 1, size.width - 1), y1 = std::min(y0 + 1, size.height - 1);
    fx = x - static_cast<float>(x0), fy = y - static_cast<float>(y0);
  }
  cv::Point2f Flow(const Motion& motion) const {
    const auto *a = motion.flow.ptr<cv::Vec2s>(y0), *b = motion.flow.ptr<cv::Vec2s>(y1);
    cv::Point2f out;
    out.x = Mix(a[x0][0], a[x1][0], b[x0][0], b[x1][0]) * Motion::kFlowUnit;
    out.y = Mix(a[x0][1], a[x1][1], b[x0][1], b[x1][1]) * Motion::kFlowUnit;
    return out;
  }
  float Error(const Motion& motion) const {
    const uint8_t *a = motion.error.ptr(y0), *b = motion.error.ptr(y1);
    return Mix(a[x0], a[x1], b[x0], b[x1]) * Motion::kErrorUnit;
  }
  float Mix(float a, float b, float c, float d) const {
    return (a * (1 - fx) + b * fx) * (1 - fy) + (c * (1 - fx) + d * fx) * fy;
  }
  int x0, y0, x1, y1;
  float fx, fy;
};

inline float Length(const cv::Point2f& v) {
  return std::sqrt(v.x * v.x + v.y * v.y);
}

// How place `p` moves against the camera.
cv::Point2f AgainstCamera(const Motion& motion, const Bilinear& here, const cv::Point2f& p);

struct MotionPair {
  Motion forth;  // For pixels of the earlier frame.
  Motion back;   // For pixels of the later one.
  void Archive(StateArchive& archive) { archive(forth, back); }
};

// How much brighter, in 8-bit grey levels of each plane, the later of two neighbouring frames is:
// the median of what known pixels differ along the motion.
using Light = std::array<float, 3>;
Light LightChange(const Motion& back, const Picture& earlier, const Picture& later);

// The logarithm of how much more detail the later of two neighbouring frames shows, where both are
// known: less while the camera swings, more when it stands again.
float SharpnessChange(const Motion& back, const Picture& earlier, const Picture& later);

// From pictures whose holes are filled smoothly: the flow near the holes is not believed. There the
// camera's motion stands, plus what the surroundings move against it, carried into the hole
// harmonically.
MotionPair FirstMotion(FlowEstimator& flow, const cv::Mat& earlier, const cv::Mat& earlier_hole,
                       const cv::Mat& later, const cv::Mat& later_hole, int threads);

// From pictures whose holes are filled with what was found behind them: near the holes, the new
// flow is believed where it agrees in both directions and the pixel is not one that was `invented`
// (8U).
MotionPair BetterMotion(FlowEstimator& flow, const MotionPair& first, const cv::Mat& earlier,
                        const cv::Mat& earlier_hole, const cv::Mat& earlier_invented,
                        const cv::Mat& later, const cv::Mat& later_hole,
                        const cv::Mat& later_invented, int threads);

}  // namespace tapmask
