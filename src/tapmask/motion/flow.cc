// SPDX-License-Identifier: Apache-2.0
#include "tapmask/motion/flow.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "tapmask/core/error.h"
#include "tapmask/motion/opencv_errors.h"

namespace tapmask {
namespace {

// The search works on patches of 8 pixels in a pyramid; smaller pictures are enlarged for it.
constexpr int kMinSide = 32;

cv::Mat Enlarged(const GrayImage& image) {
  cv::Mat view(image.height, image.width, CV_8U, const_cast<uint8_t*>(image.samples.data()));
  const cv::Size size(std::max(image.width, kMinSide), std::max(image.height, kMinSide));
  if (size == view.size()) return view;
  cv::Mat out;
  cv::resize(view, out, size, 0, 0, cv::INTER_LINEAR);
  return out;
}

FlowField Compute(cv::DISOpticalFlow& search, const GrayImage& from_image,
                  const GrayImage& to_image) {
  if (from_image.samples.empty() || !(from_image.size() == to_image.size())) {
    throw Error(Code::kInvalidArgument, "Flow needs two pictures of one size.");
  }
  const cv::Mat from = Enlarged(from_image), to = Enlarged(to_image);
  const Size size = from_image.size();
  cv::Mat flow;  // Must start empty: a field that is there already is taken as a first guess.
  search.calc(from, to, flow);
  if (flow.cols != size.width || flow.rows != size.height) {
    const double sx = static_cast<double>(size.width) / flow.cols;
    const double sy = static_cast<double>(size.height) / flow.rows;
    cv::resize(flow, flow, cv::Size(size.width, size.height), 0, 0, cv::INTER_AREA);
    cv::multiply(flow, cv::Scalar(sx, sy), flow);
  }
  FlowField out{size.width, size.height, {}};
  out.xy.resize(flow.total() * 2);
  std::memcpy(out.xy.data(), flow.ptr<float>(), out.xy.size() * sizeof(float));
  return out;
}

}  // namespace

struct FlowEstimator::Engine {
  cv::Ptr<cv::DISOpticalFlow> backward =
      cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM);
  cv::Ptr<cv::DISOpticalFlow> forward =
      cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM);
};

FlowEstimator::FlowEstimator(Detail detail) : detail_(detail), engine_(std::make_unique<Engine>()) {
  if (detail != Detail::kFine) return;
  for (const auto& search : {engine_->backward, engine_->forward}) {
    search->setFinestScale(0);
    search->setVariationalRefinementIterations(5);
  }
}
FlowEstimator::FlowEstimator(const FlowEstimator& other) : FlowEstimator(other.detail_) {}
FlowEstimator::FlowEstimator(FlowEstimator&&) noexcept = default;
FlowEstimator& FlowEstimator::operator=(FlowEstimator&&) noexcept = default;
FlowEstimator::~FlowEstimator() = default;

FlowField FlowEstimator::Backward(const GrayImage& older, const GrayImage& newer) {
  return TranslateOpenCvErrors([&] { return Compute(*engine_->backward, newer, older); });
}

FlowField FlowEstimator::Forward(const GrayImage& older, const GrayImage& newer) {
  return TranslateOpenCvErrors([&] { return Compute(*engine_->forward, older, newer); });
}

FlowPair FlowEstimator::Between(const GrayImage& older, const GrayImage& newer) {
  return {Backward(older, newer), Forward(older, newer)};
}

std::vector<float> FlowConsistency(const FlowPair& flow) {
  const int width = flow.backward.width, height = flow.backward.height;
  std::vector<float> consistency(static_cast<size_t>(width) * static_cast<size_t>(height));
  float* out = consistency.data();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, ++out) {
      const float* there = flow.backward.At(x, y);
      // The forward flow at the place that the backward flow points to, bilinear.
      const float px = std::clamp(static_cast<float>(x) + there[0], 0.0f, width - 1.0f);
      const float py = std::clamp(static_cast<float>(y) + there[1], 0.0f, height - 1.0f);
      const int x0 = static_cast<int>(px), y0 = static_cast<int>(py);
      const int x1 = std::min(x0 + 1, width - 1), y1 = std::min(y0 + 1, height - 1);
      const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
      const float *a = flow.forward.At(x0, y0), *b = flow.forward.At(x1, y0);
      const float *c = flow.forward.At(x0, y1), *d = flow.forward.At(x1, y1);
      float error2 = 0;
      for (int k = 0; k < 2; ++k) {
        const float back =
            (a[k] * (1 - fx) + b[k] * fx) * (1 - fy) + (c[k] * (1 - fx) + d[k] * fx) * fy;
        error2 += (there[k] + back) * (there[k] + back);
      }
      const float length = std::sqrt(there[0] * there[0] + there[1] * there[1]);
      const float sigma = 1.2f + 0.03f * length;
      *out = std::exp(-error2 / (2 * sigma * sigma));
    }
  }
  return consistency;
}

}  // namespace tapmask
