// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include <opencv2/core/mat.hpp>

#include "tapmask/motion/flow.h"
#include "tapmask/track/classical/frame_preparer.h"
#include "tapmask/track/synthetic_scene.h"

namespace tapmask::test {

// A grid-sized picture in which pixel (x, y) has the colour `color(x, y)` (blue, green, red).
inline WorkingFrame GridFrame(int width, int height,
                              const std::function<cv::Vec3b(int, int)>& color) {
  std::vector<uint8_t> samples;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const cv::Vec3b c = color(x, y);
      samples.insert(samples.end(), {c[0], c[1], c[2]});
    }
  }
  return FramePreparer(1).Take(BgrImage(width, height, std::move(samples)), nullptr).frame;
}

// The whole picture moves by (dx, dy) from the frame before to this one.
inline void SetShift(WorkingFrame& frame, float dx, float dy) {
  const auto uniform = [&](float x, float y) {
    FlowField field{frame.bgr.cols, frame.bgr.rows, {}};
    for (size_t i = 0; i < frame.bgr.total(); ++i) field.xy.insert(field.xy.end(), {x, y});
    return field;
  };
  SetMotion(frame, {uniform(-dx, -dy), uniform(dx, dy)});
}

inline cv::Mat Box(const cv::Size& size, const cv::Rect& r) {
  cv::Mat mask(size, CV_8U, cv::Scalar(0));
  mask(r).setTo(255);
  return mask;
}

inline cv::Mat RegionOf(const Size& size, const Shape& shape) {
  const Mask mask = MaskOf(size, shape);
  return cv::Mat(size.height, size.width, CV_8UC1, const_cast<uint8_t*>(mask.data())).clone();
}

}  // namespace tapmask::test
