// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/tap_motion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>

#include <opencv2/calib3d.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "tapmask/core/parallel.h"
#include "tapmask/track/classical/region.h"

namespace tapmask {
namespace {

constexpr int kMinFlowSide = 48;
constexpr size_t kMaxGaps = 3;
constexpr int kSampleStep = 7;  // Pixels between the points the camera's motion is fitted to.

// `guess` may be empty.
cv::Mat Flow(const cv::Mat& from, const cv::Mat& to, const cv::Mat& guess) {
  cv::Mat flow = guess.clone();
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
      const auto& flow = there.at<cv::Vec2f>(y, x);
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

// Of neighbours on one side, by rising distance. What moves far is out of reach for the flow to a
// distant neighbour, unless it starts from where the flow to a nearer one leads.
std::vector<Side> MeasureSides(const cv::Mat& grey, const std::vector<const TapNeighbour*>& row) {
  std::vector<Side> sides;
  cv::Mat there, back;
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) {
      const double further = static_cast<double>(row[i]->offset) / row[i - 1]->offset;
      there *= further;
      back *= further;
    }
    there = Flow(grey, row[i]->grey, there);
    back = Flow(row[i]->grey, grey, back);
    Side side{WithoutCamera(there), LeadsBack(there, back)};
    if (row[i]->offset < 0) side.residual *= -1;
    sides.push_back(side);
  }
  return sides;
}

Side Combine(const Side& after, const Side& before) {
  Side combined{after.residual.clone(), after.consistent | before.consistent};
  for (int y = 0; y < combined.residual.rows; ++y) {
    for (int x = 0; x < combined.residual.cols; ++x) {
      const cv::Vec2f a = after.residual.at<cv::Vec2f>(y, x);
      const cv::Vec2f b = before.residual.at<cv::Vec2f>(y, x);
      const bool believe_a = after.consistent.at<uint8_t>(y, x) != 0;
      const bool believe_b = before.consistent.at<uint8_t>(y, x) != 0;
      const bool take_b = believe_a == believe_b ? b.dot(b) < a.dot(a) : believe_b;
      if (take_b) combined.residual.at<cv::Vec2f>(y, x) = b;
    }
  }
  return combined;
}

float NoiseOf(const Side& side, int distance) {
  std::vector<float> lengths;
  for (int y = 0; y < side.residual.rows; y += 3) {
    for (int x = 0; x < side.residual.cols; x += 3) {
      const cv::Vec2f r = side.residual.at<cv::Vec2f>(y, x);
      if (side.consistent.at<uint8_t>(y, x)) lengths.push_back(std::sqrt(r.dot(r)));
    }
  }
  const float least = 0.25f + 0.1f * static_cast<float>(distance);
  if (lengths.empty()) return least;
  const auto middle = lengths.begin() + static_cast<ptrdiff_t>(lengths.size() / 2);
  std::nth_element(lengths.begin(), middle, lengths.end());
  return std::max(least, 1.5f * *middle);
}

}  // namespace

cv::Mat MovingRegion(const TapMotion::Gap& gap, float noises, const cv::Point& tap) {
  std::vector<cv::Mat> parts;
  cv::split(gap.residual, parts);
  cv::Mat length;
  cv::magnitude(parts[0], parts[1], length);
  cv::Mat moving = (length > noises * gap.noise) & gap.believed;
  cv::morphologyEx(moving, moving, cv::MORPH_OPEN,
                   cv::getStructuringElement(cv::MORPH_ELLIPSE, {5, 5}));
  return moving.at<uint8_t>(tap) ? PartsHolding(moving, {tap}) : cv::Mat();
}

cv::Mat WithoutHalo(const cv::Mat& region) {
  cv::Mat core;
  cv::erode(region, core, cv::getStructuringElement(cv::MORPH_ELLIPSE, {7, 7}));
  return core;
}

TapMotion MeasureTapMotion(const cv::Mat& grey, const std::vector<TapNeighbour>& neighbours,
                           int threads) {
  TapMotion motion;
  if (std::min(grey.rows, grey.cols) < kMinFlowSide) return motion;

  std::map<int, std::vector<const TapNeighbour*>> by_distance;
  for (const TapNeighbour& n : neighbours) by_distance[std::abs(n.offset)].push_back(&n);
  while (by_distance.size() > kMaxGaps) by_distance.erase(std::prev(by_distance.end()));

  std::array<std::vector<const TapNeighbour*>, 2> rows;  // Before and after the frame.
  for (const auto& [distance, pair] : by_distance) {
    for (const TapNeighbour* n : pair) rows[n->offset > 0 ? 1 : 0].push_back(n);
  }
  std::array<std::vector<Side>, 2> sides;
  RunTasks(2, threads, [&](int i) {
    const auto index = static_cast<size_t>(i);
    sides[index] = MeasureSides(grey, rows[index]);
  });

  std::array<size_t, 2> next{};
  for (const auto& [distance, pair] : by_distance) {
    std::vector<Side> at_distance;
    for (const TapNeighbour* n : pair) {
      const size_t row = n->offset > 0 ? 1 : 0;
      at_distance.push_back(sides[row][next[row]++]);
    }
    const Side side =
        at_distance.size() == 2 ? Combine(at_distance[1], at_distance[0]) : at_distance[0];
    TapMotion::Gap gap{side.residual, side.consistent, NoiseOf(side, distance)};
    cv::blur(gap.residual, gap.residual, cv::Size(3, 3));
    motion.gaps.push_back(gap);
  }
  return motion;
}

}  // namespace tapmask
