// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/tap_motion.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>

#include <opencv2/calib3d.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "tapmask/track/classical/parallel.h"

namespace tapmask {
namespace {

constexpr int kMinSide = 48;
constexpr size_t kMaxGaps = 3;
constexpr int kSampleStep = 7;  // Pixels between the points the camera's motion is fitted to.

cv::Mat Flow(const cv::Mat& from, const cv::Mat& to) {
  cv::Mat flow;
  cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM)->calc(from, to, flow);
  return flow;
}

// Flow minus the flow of the best homography through it.
cv::Mat WithoutCamera(const cv::Mat& flow) {
  std::vector<cv::Point2f> from, to;
  for (int y = kSampleStep / 2; y < flow.rows; y += kSampleStep) {
    for (int x = kSampleStep / 2; x < flow.cols; x += kSampleStep) {
      const cv::Point2f here(static_cast<float>(x), static_cast<float>(y));
      from.push_back(here);
      to.push_back(here + cv::Point2f(flow.at<cv::Vec2f>(y, x)));
    }
  }
  cv::Mat camera = cv::findHomography(from, to, cv::RANSAC, 1.0, cv::noArray(), 300);
  if (camera.empty()) camera = cv::Mat::eye(3, 3, CV_64F);
  const cv::Matx33d h = camera;

  cv::Mat residual(flow.size(), CV_32FC2);
  for (int y = 0; y < flow.rows; ++y) {
    for (int x = 0; x < flow.cols; ++x) {
      const cv::Vec3d p = h * cv::Vec3d(x, y, 1);
      const double w = std::abs(p[2]) > 1e-9 ? p[2] : 1e-9;
      const cv::Vec2f camera_flow(static_cast<float>(p[0] / w - x),
                                  static_cast<float>(p[1] / w - y));
      residual.at<cv::Vec2f>(y, x) = flow.at<cv::Vec2f>(y, x) - camera_flow;
    }
  }
  return residual;
}

// 255 where following `there` and then `back` leads to about the same pixel.
cv::Mat LeadsBack(const cv::Mat& there, const cv::Mat& back) {
  cv::Mat target(there.size(), CV_32FC2);
  for (int y = 0; y < there.rows; ++y) {
    for (int x = 0; x < there.cols; ++x) {
      target.at<cv::Vec2f>(y, x) =
          cv::Vec2f(static_cast<float>(x), static_cast<float>(y)) + there.at<cv::Vec2f>(y, x);
    }
  }
  cv::Mat returned;
  cv::remap(back, returned, target, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  cv::Mat consistent(there.size(), CV_8UC1);
  for (int y = 0; y < there.rows; ++y) {
    for (int x = 0; x < there.cols; ++x) {
      const cv::Vec2f flow = there.at<cv::Vec2f>(y, x);
      const double error = cv::norm(flow + returned.at<cv::Vec2f>(y, x));
      consistent.at<uint8_t>(y, x) = error < 1 + 0.1 * cv::norm(flow) ? 255 : 0;
    }
  }
  return consistent;
}

struct Side {
  cv::Mat residual;    // Forwards in time, whichever side it was measured on.
  cv::Mat consistent;  // 255 where it can be believed.
};

Side MeasureSide(const cv::Mat& grey, const TapNeighbour& neighbour) {
  const cv::Mat there = Flow(grey, neighbour.grey);
  const cv::Mat back = Flow(neighbour.grey, grey);
  Side side{WithoutCamera(there), LeadsBack(there, back)};
  if (neighbour.offset < 0) side.residual *= -1;
  return side;
}

cv::Mat Combine(const Side& after, const Side& before) {
  cv::Mat combined = after.residual.clone();
  for (int y = 0; y < combined.rows; ++y) {
    for (int x = 0; x < combined.cols; ++x) {
      const cv::Vec2f a = after.residual.at<cv::Vec2f>(y, x);
      const cv::Vec2f b = before.residual.at<cv::Vec2f>(y, x);
      const bool believe_a = after.consistent.at<uint8_t>(y, x) != 0;
      const bool believe_b = before.consistent.at<uint8_t>(y, x) != 0;
      const bool take_b = believe_a == believe_b ? b.dot(b) < a.dot(a) : believe_b;
      if (take_b) combined.at<cv::Vec2f>(y, x) = b;
    }
  }
  return combined;
}

float NoiseOf(const cv::Mat& residual, int distance) {
  std::vector<float> lengths;
  for (int y = 0; y < residual.rows; y += 3) {
    for (int x = 0; x < residual.cols; x += 3) {
      const cv::Vec2f r = residual.at<cv::Vec2f>(y, x);
      lengths.push_back(std::sqrt(r.dot(r)));
    }
  }
  const auto middle = lengths.begin() + static_cast<ptrdiff_t>(lengths.size() / 2);
  std::nth_element(lengths.begin(), middle, lengths.end());
  return std::max(0.25f + 0.1f * static_cast<float>(distance), 1.5f * *middle);
}

}  // namespace

TapMotion MeasureTapMotion(const cv::Mat& grey, const std::vector<TapNeighbour>& neighbours,
                           int threads) {
  TapMotion motion;
  if (std::min(grey.rows, grey.cols) < kMinSide) return motion;

  std::map<int, std::vector<const TapNeighbour*>> by_distance;
  for (const TapNeighbour& n : neighbours) by_distance[std::abs(n.offset)].push_back(&n);
  while (by_distance.size() > kMaxGaps) by_distance.erase(std::prev(by_distance.end()));

  std::vector<const TapNeighbour*> used;
  for (const auto& [distance, pair] : by_distance)
    used.insert(used.end(), pair.begin(), pair.end());
  std::vector<Side> sides(used.size());
  RunTasks(static_cast<int>(used.size()), threads, [&](int i) {
    const auto index = static_cast<size_t>(i);
    sides[index] = MeasureSide(grey, *used[index]);
  });

  size_t next = 0;
  for (const auto& [distance, pair] : by_distance) {
    TapMotion::Gap gap;
    gap.residual = pair.size() == 2 ? Combine(sides[next], sides[next + 1]) : sides[next].residual;
    next += pair.size();
    gap.noise = NoiseOf(gap.residual, distance);
    cv::blur(gap.residual, gap.residual, cv::Size(3, 3));
    motion.gaps.push_back(gap);
  }
  return motion;
}

}  // namespace tapmask
