// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/motion_cue.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace tapmask {
namespace {

constexpr size_t kMinNoisePixels = 6;
constexpr float kUnknownNoise = 9;
constexpr float kStandsStill = 6, kMoves = 2;  // Log odds at most.

float Length(const cv::Vec2f& v) {
  return std::sqrt(v[0] * v[0] + v[1] * v[1]);
}

float Quantile(std::vector<float>& values, double q) {
  const auto k = static_cast<ptrdiff_t>(static_cast<double>(values.size()) * q);
  std::nth_element(values.begin(), values.begin() + k, values.end());
  return values[static_cast<size_t>(k)];
}

}  // namespace

MotionCue::MotionCue(const cv::Mat& residual, const cv::Mat& expected, const cv::Mat& background) {
  std::vector<float> length, noise;
  for (int y = 0; y < residual.rows; y += 2) {
    for (int x = 0; x < residual.cols; x += 2) {
      const auto& r = residual.at<cv::Vec2f>(y, x);
      if (expected.at<uint8_t>(y, x)) length.push_back(Length(r));
      if (y % 4 == 0 && x % 4 == 0 && background.at<uint8_t>(y, x)) noise.push_back(Length(r));
    }
  }
  if (length.size() < kMinNoisePixels) return;
  const float speed = Quantile(length, 0.5);
  const float jitter = noise.size() < kMinNoisePixels ? kUnknownNoise : Quantile(noise, 0.7);
  threshold_ = std::max(0.5f * speed, 2 * jitter + 0.3f);
  weight_ = std::clamp(speed - 1.2f * threshold_, 0.0f, 1.0f);
}

float MotionCue::Logit(const cv::Vec2f& residual) const {
  if (weight_ <= 0) return 0;
  const float z = (Length(residual) - threshold_) / threshold_;
  return weight_ * (z < 0 ? kStandsStill * z : kMoves * std::min(1.0f, z));
}

}  // namespace tapmask
