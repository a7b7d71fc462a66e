// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/colour_model.h"

#include <algorithm>

namespace tapmask {
namespace {

constexpr float kFloor = 2e-5f;  // The probability of a colour that was never seen.

}  // namespace

void ColourCount::Add(const cv::Mat& bins16u, const cv::Mat& weight32f) {
  for (int y = 0; y < bins16u.rows; ++y) {
    const auto* bin = bins16u.ptr<uint16_t>(y);
    const float* weight = weight32f.empty() ? nullptr : weight32f.ptr<float>(y);
    for (int x = 0; x < bins16u.cols; ++x) weights_[bin[x]] += weight ? weight[x] : 1.0f;
  }
}

void ColourCount::AddScaled(const ColourCount& other, float factor) {
  for (size_t i = 0; i < weights_.size(); ++i) weights_[i] += factor * other.weights_[i];
}

std::array<float, kColourBins> ColourCount::Distribution() const {
  std::array<float, kColourBins> current = weights_, spread{};
  for (const int stride : {256, 16, 1}) {  // Weights 1 2 1 along each axis, mirrored at the ends.
    for (int i = 0; i < kColourBins; ++i) {
      const int place = i / stride % 16;
      const auto at = [&](int j) { return current[static_cast<size_t>(j)]; };
      const float before = at(place > 0 ? i - stride : i);
      const float after = at(place < 15 ? i + stride : i);
      spread[static_cast<size_t>(i)] = 0.25f * (before + 2 * at(i) + after);
    }
    std::swap(current, spread);
  }
  float sum = 0;
  for (const float w : current) sum += w;
  const float scale = 1 / std::max(sum, 1e-6f);
  for (float& w : current) w = w * scale + kFloor;
  return current;
}

float Intersection(const std::array<float, kColourBins>& a,
                   const std::array<float, kColourBins>& b) {
  float sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += std::min(a[i], b[i]);
  return std::min(sum, 1.0f);
}

}  // namespace tapmask
