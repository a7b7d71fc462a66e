// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/lift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "tapmask/motion/bounding_box.h"
#include "tapmask/track/classical/region.h"

namespace tapmask {
namespace {

constexpr int kRadius = 3;     // Of the filter, in pixels of the grid.
constexpr float kSmooth = 60;  // Variance of a colour, in 8-bit steps squared, below which it is
                               // noise and not an edge.

cv::Mat Mean(const cv::Mat& values) {
  cv::Mat mean;
  cv::blur(values, mean, {2 * kRadius + 1, 2 * kRadius + 1}, {-1, -1}, cv::BORDER_REPLICATE);
  return mean;
}

// probability ~ (c[0], c[1], c[2]) . colour + c[3], as CV_32FC4.
cv::Mat FitToColour(const cv::Mat& bgr, const cv::Mat& probability) {
  cv::Mat colour;
  bgr.convertTo(colour, CV_32F);
  std::array<cv::Mat, 3> channel;
  cv::split(colour, channel.data());
  std::array<cv::Mat, 3> mean, covariance_with_p;
  const cv::Mat mean_p = Mean(probability);
  for (size_t c = 0; c < 3; ++c) {
    mean[c] = Mean(channel[c]);
    covariance_with_p[c] = Mean(channel[c].mul(probability)) - mean[c].mul(mean_p);
  }
  std::array<std::array<cv::Mat, 3>, 3> covariance;
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = i; j < 3; ++j) {
      covariance[i][j] = Mean(channel[i].mul(channel[j])) - mean[i].mul(mean[j]);
      covariance[j][i] = covariance[i][j];
    }
  }
  cv::Mat fit(bgr.size(), CV_32FC4);
  for (int y = 0; y < bgr.rows; ++y) {
    for (int x = 0; x < bgr.cols; ++x) {
      cv::Matx33f matrix;
      cv::Vec3f right, centre;
      for (int i = 0; i < 3; ++i) {
        const auto k = static_cast<size_t>(i);
        for (int j = 0; j < 3; ++j) {
          matrix(i, j) = covariance[k][static_cast<size_t>(j)].at<float>(y, x);
        }
        matrix(i, i) += kSmooth;
        right[i] = covariance_with_p[k].at<float>(y, x);
        centre[i] = mean[k].at<float>(y, x);
      }
      const cv::Vec3f slope = matrix.inv(cv::DECOMP_CHOLESKY) * right;
      fit.at<cv::Vec4f>(y, x) = {slope[0], slope[1], slope[2],
                                 mean_p.at<float>(y, x) - slope.dot(centre)};
    }
  }
  return Mean(fit);
}

// Where the centre of sample `i` of `to` lies among the samples of `from`.
struct Place {
  int first;  // And first + 1, or the same at the end.
  int second;
  float share;  // Of the second.
};

Place PlaceOf(int i, int to, int from) {
  const double at = std::clamp((i + 0.5) * from / to - 0.5, 0.0, from - 1.0);
  const int first = static_cast<int>(at);
  return {first, std::min(first + 1, from - 1), static_cast<float>(at - first)};
}

}  // namespace

Mask LiftMask(const cv::Mat& probability32f, const BgrImage& frame) {
  Mask mask(frame.width(), frame.height());
  const cv::Mat hard = probability32f > 0.5f;
  const cv::Rect found = BoundingBoxOf(hard);
  if (found.empty()) return mask;

  // Outside this box everything is background.
  const cv::Size grid = probability32f.size();
  const cv::Rect box = Widened(found, 2 * kRadius, grid);
  const cv::Rect fit_box = Widened(box, 2 * kRadius, grid);
  const cv::Mat samples(frame.height(), frame.width(), CV_8UC3,
                        const_cast<uint8_t*>(frame.data()));  // Only read.
  cv::Mat reduced;
  cv::resize(samples, reduced, grid, 0, 0, cv::INTER_AREA);
  const cv::Mat fit = FitToColour(reduced(fit_box), probability32f(fit_box));

  const auto scaled = [](int i, int from, int to) {
    return static_cast<int>(static_cast<int64_t>(i) * to / from);
  };
  const int x0 = scaled(box.x, grid.width, frame.width());
  const int x1 = scaled(box.x + box.width, grid.width, frame.width());
  const int y0 = scaled(box.y, grid.height, frame.height());
  const int y1 = scaled(box.y + box.height, grid.height, frame.height());

  std::vector<Place> columns;
  for (int x = x0; x < x1; ++x) {
    Place place = PlaceOf(x, frame.width(), grid.width);
    place.first = std::clamp(place.first - fit_box.x, 0, fit_box.width - 1);
    place.second = std::clamp(place.second - fit_box.x, 0, fit_box.width - 1);
    columns.push_back(place);
  }
  std::vector<cv::Vec4f> fit_row(static_cast<size_t>(fit_box.width));
  for (int y = y0; y < y1; ++y) {
    const Place row = PlaceOf(y, frame.height(), grid.height);
    const auto* above = fit.ptr<cv::Vec4f>(std::clamp(row.first - fit_box.y, 0, fit.rows - 1));
    const auto* below = fit.ptr<cv::Vec4f>(std::clamp(row.second - fit_box.y, 0, fit.rows - 1));
    for (int x = 0; x < fit_box.width; ++x) {
      fit_row[static_cast<size_t>(x)] = above[x] * (1 - row.share) + below[x] * row.share;
    }
    const uint8_t* colour = frame.Row(y) + static_cast<ptrdiff_t>(x0) * 3;
    uint8_t* out = mask.MutableRow(y);
    for (int x = x0; x < x1; ++x, colour += 3) {
      const Place& column = columns[static_cast<size_t>(x - x0)];
      const cv::Vec4f c = fit_row[static_cast<size_t>(column.first)] * (1 - column.share) +
                          fit_row[static_cast<size_t>(column.second)] * column.share;
      const float p = c[0] * static_cast<float>(colour[0]) + c[1] * static_cast<float>(colour[1]) +
                      c[2] * static_cast<float>(colour[2]) + c[3];
      if (p > 0.5f) out[x] = 255;
    }
  }
  return mask;
}

cv::Mat SoftRegion(const cv::Mat& region8u) {
  cv::Mat hard, soft;
  region8u.convertTo(hard, CV_32F, 1 / 255.0);
  cv::GaussianBlur(hard, soft, {0, 0}, 1.2);
  return 0.7 * hard + 0.3 * soft;
}

}  // namespace tapmask
