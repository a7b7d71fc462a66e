// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/working_frame.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <opencv2/imgproc.hpp>

namespace tapmask {
namespace {

constexpr double kShortSide = 240;
constexpr double kLongSide = 1024;
constexpr long kMinSide = 16;

}  // namespace

Size TrackGridSize(const Size& frame) {
  const double scale = std::min(kShortSide / std::min(frame.width, frame.height),
                                kLongSide / std::max(frame.width, frame.height));
  return {static_cast<int>(std::max(kMinSide, std::lround(frame.width * scale))),
          static_cast<int>(std::max(kMinSide, std::lround(frame.height * scale)))};
}

WorkingFrame MakeWorkingFrame(const BgrImage& image) {
  WorkingFrame frame;
  frame.image = image;
  const Size grid = TrackGridSize(image.size());
  const cv::Mat whole(image.height(), image.width(), CV_8UC3, const_cast<uint8_t*>(image.data()));
  const bool shrinks = grid.width <= image.width() && grid.height <= image.height();
  cv::resize(whole, frame.bgr, cv::Size(grid.width, grid.height), 0, 0,
             shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
  frame.gray = {grid.width, grid.height, {}};
  frame.gray.samples.resize(frame.bgr.total());
  cv::Mat gray(frame.bgr.size(), CV_8U, frame.gray.samples.data());
  cv::cvtColor(frame.bgr, gray, cv::COLOR_BGR2GRAY);
  return frame;
}

void SetMotion(WorkingFrame& frame, FlowPair flow) {
  frame.flow = std::move(flow);
  frame.backward = cv::Mat(frame.size(), CV_32FC2, frame.flow.backward.xy.data());
  frame.came_from.create(frame.size(), CV_32FC2);
  for (int y = 0; y < frame.bgr.rows; ++y) {
    const auto* v = frame.backward.ptr<cv::Vec2f>(y);
    auto* p = frame.came_from.ptr<cv::Vec2f>(y);
    for (int x = 0; x < frame.bgr.cols; ++x) {
      p[x] = {static_cast<float>(x) + v[x][0], static_cast<float>(y) + v[x][1]};
    }
  }
  const std::vector<float> consistency = FlowConsistency(frame.flow);
  frame.consistency.create(frame.size(), CV_32F);
  std::memcpy(frame.consistency.ptr<float>(), consistency.data(),
              consistency.size() * sizeof(float));
}

cv::Mat GridFromMask(const Mask& mask, const cv::Size& grid) {
  const cv::Mat whole(mask.height(), mask.width(), CV_8U, const_cast<uint8_t*>(mask.data()));
  const bool shrinks = grid.width <= mask.width() && grid.height <= mask.height();
  cv::Mat small;
  cv::resize(whole, small, grid, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
  cv::Mat out = small > 127;
  if (cv::countNonZero(out) == 0) out = small > 0;
  return out;
}

}  // namespace tapmask
