// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include <opencv2/core/mat.hpp>

namespace tapmask {

inline constexpr int kColourBins = 16 * 16 * 16;

// How often colours occur, as weights of the 4096 cells of `TapPicture::colour_bin`.
class ColourCount {
 public:
  // Adds `weight32f` (or 1, when it is empty) for every pixel of `bins16u`.
  void Add(const cv::Mat& bins16u, const cv::Mat& weight32f);
  void Add(int bin, float weight) { weights_[static_cast<size_t>(bin)] += weight; }
  void AddScaled(const ColourCount& other, float factor);

  // Probabilities: spread over neighbouring cells, each a little above 0, about 1 in sum.
  std::array<float, kColourBins> Distribution() const;

 private:
  std::array<float, kColourBins> weights_{};
};

// 0 when they share no colour, 1 when they are equal.
float Intersection(const std::array<float, kColourBins>& a,
                   const std::array<float, kColourBins>& b);

}  // namespace tapmask
