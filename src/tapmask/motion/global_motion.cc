// SPDX-License-Identifier: Apache-2.0
#include "tapmask/motion/global_motion.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/calib3d.hpp>

#include "tapmask/core/error.h"
#include "tapmask/motion/opencv_errors.h"

namespace tapmask {
namespace {

constexpr int kStride = 7;  // One sample of the flow in 7x7 pixels.
constexpr size_t kMinSamples = 20;
constexpr double kInlierDistance = 1.0;  // Pixels.

double Median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Homography MedianShift(const std::vector<cv::Point2f>& from, const std::vector<cv::Point2f>& to) {
  Homography shift;
  if (from.empty()) return shift;
  std::vector<double> dx, dy;
  for (size_t i = 0; i < from.size(); ++i) {
    dx.push_back(to[i].x - from[i].x);
    dy.push_back(to[i].y - from[i].y);
  }
  shift.m[2] = Median(dx);
  shift.m[5] = Median(dy);
  return shift;
}

// No camera turns the picture over, or halves or doubles it between two frames.
bool IsPlausible(const Homography& h, const Size& size) {
  const double right = size.width - 1, bottom = size.height - 1;
  for (const auto& [x, y] : {std::pair(0.0, 0.0), {right, 0.0}, {0.0, bottom}, {right, bottom}}) {
    if (!(h.m[6] * x + h.m[7] * y + h.m[8] > 0.2)) return false;
    const Point2f p = h.Map(x, y), px = h.Map(x + 1, y), py = h.Map(x, y + 1);
    const double area = (px.x - p.x) * (py.y - p.y) - (px.y - p.y) * (py.x - p.x);
    if (!(area > 0.25 && area < 4.0)) return false;
  }
  return true;
}

}  // namespace

Homography FitGlobalMotion(const FlowField& flow, const Mask& objects) {
  const bool has_objects = objects.width() > 0;
  if (has_objects && !(objects.size() == flow.size())) {
    throw Error(Code::kInternal, "Mask and flow must be of one size.");
  }
  std::vector<cv::Point2f> from, to;
  const int stride = std::max(1, std::min({kStride, flow.width / 8, flow.height / 8}));
  for (int y = stride / 2; y < flow.height; y += stride) {
    for (int x = stride / 2; x < flow.width; x += stride) {
      if (has_objects && objects.At(x, y)) continue;
      const float* v = flow.At(x, y);
      from.emplace_back(static_cast<float>(x), static_cast<float>(y));
      to.emplace_back(static_cast<float>(x) + v[0], static_cast<float>(y) + v[1]);
    }
  }
  if (from.size() < kMinSamples) return MedianShift(from, to);
  return TranslateOpenCvErrors([&] {
    const cv::Mat found =
        cv::findHomography(from, to, cv::RANSAC, kInlierDistance, cv::noArray(), 300, 0.99);
    if (found.empty()) return MedianShift(from, to);
    Homography h;
    std::copy(found.begin<double>(), found.end<double>(), h.m.begin());
    return IsPlausible(h, flow.size()) ? h : MedianShift(from, to);
  });
}

FlowField ResidualMotion(const FlowField& flow, const Homography& global) {
  FlowField out = flow;
  float* xy = out.xy.data();
  for (int y = 0; y < flow.height; ++y) {
    for (int x = 0; x < flow.width; ++x, xy += 2) {
      const Point2f p = global.Map(x, y);
      xy[0] -= static_cast<float>(p.x - x);
      xy[1] -= static_cast<float>(p.y - y);
    }
  }
  return out;
}

}  // namespace tapmask
