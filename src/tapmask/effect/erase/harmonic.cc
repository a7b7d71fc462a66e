// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/harmonic.h"

#include <algorithm>
#include <array>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

constexpr int kSweeps = 14, kCoarsestSweeps = 60;
constexpr int kCoarsestSide = 6;
constexpr float kOverRelaxation = 1.6f;

// `kChannels` floats a pixel.
template <int kChannels>
void RelaxChannels(cv::Mat& field, const cv::Mat& hole, int sweeps) {
  std::vector<cv::Point> pixels;
  cv::findNonZero(hole, pixels);
  const auto stride = static_cast<ptrdiff_t>(field.step1());
  const int right = field.cols - 1, bottom = field.rows - 1;
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    for (size_t n = 0; n < pixels.size(); ++n) {
      const auto [x, y] = pixels[sweep % 2 ? pixels.size() - 1 - n : n];
      float* at = field.ptr<float>(y) + x * kChannels;
      if (x > 0 && y > 0 && x < right && y < bottom) {
        for (int c = 0; c < kChannels; ++c, ++at) {
          const float sum = (at[-kChannels] + at[kChannels]) + (at[-stride] + at[stride]);
          *at += kOverRelaxation * (0.25f * sum - *at);
        }
        continue;
      }
      const int neighbours = (x > 0) + (x < right) + (y > 0) + (y < bottom);
      for (int c = 0; c < kChannels && neighbours > 0; ++c, ++at) {
        float sum = 0;
        if (x > 0) sum += at[-kChannels];
        if (x < right) sum += at[kChannels];
        if (y > 0) sum += at[-stride];
        if (y < bottom) sum += at[stride];
        *at += kOverRelaxation * (sum / static_cast<float>(neighbours) - *at);
      }
    }
  }
}

void Relax(cv::Mat& field, const cv::Mat& hole, int sweeps) {
  switch (field.channels()) {
    case 1: return RelaxChannels<1>(field, hole, sweeps);
    case 2: return RelaxChannels<2>(field, hole, sweeps);
    case 3: return RelaxChannels<3>(field, hole, sweeps);
    default: throw Error(Code::kInternal, "A field has one to three channels.");
  }
}

}  // namespace

void HalveKnown(const cv::Mat& field, const cv::Mat& hole, cv::Mat& small, cv::Mat& small_hole) {
  const int channels = field.channels();
  const cv::Size size((field.cols + 1) / 2, (field.rows + 1) / 2);
  small = cv::Mat::zeros(size, field.type());
  small_hole.create(size, CV_8U);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      std::array<float, 4> sum{};
      int known = 0;
      for (int j = 2 * y; j < std::min(2 * y + 2, field.rows); ++j) {
        for (int i = 2 * x; i < std::min(2 * x + 2, field.cols); ++i) {
          if (hole.at<uint8_t>(j, i)) continue;
          const float* v = field.ptr<float>(j) + i * channels;
          for (int c = 0; c < channels; ++c) sum[static_cast<size_t>(c)] += v[c];
          ++known;
        }
      }
      small_hole.at<uint8_t>(y, x) = known ? 0 : 255;
      float* out = small.ptr<float>(y) + x * channels;
      for (int c = 0; c < channels && known; ++c) {
        out[c] = sum[static_cast<size_t>(c)] / static_cast<float>(known);
      }
    }
  }
}

void FillHarmonic(cv::Mat& field, const cv::Mat& hole, double otherwise) {
  const int holes = cv::countNonZero(hole);
  if (holes == 0) return;
  if (holes == hole.rows * hole.cols) {
    field.setTo(cv::Scalar::all(otherwise));
    return;
  }
  if (std::min(field.cols, field.rows) <= kCoarsestSide) {
    const cv::Scalar mean = cv::mean(field, hole == 0);
    field.setTo(mean, hole);
    Relax(field, hole, kCoarsestSweeps);
    return;
  }
  cv::Mat small, small_hole, large;
  HalveKnown(field, hole, small, small_hole);
  FillHarmonic(small, small_hole);
  cv::resize(small, large, cv::Size(2 * small.cols, 2 * small.rows), 0, 0, cv::INTER_LINEAR);
  large(cv::Rect(0, 0, field.cols, field.rows)).copyTo(field, hole);
  Relax(field, hole, kSweeps);
}

}  // namespace tapmask
