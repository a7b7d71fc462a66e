// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/track_lift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace tapmask {
namespace {

constexpr int kFitRadius = 3;   // Grid pixels.
constexpr float kEpsilon = 60;  // Squared 8-bit levels; smaller changes of colour do not count.

// For each pixel of the grid, the linear function of blue, green and red that comes closest to
// `target` around it: 32FC4, three factors and the constant.
cv::Mat FitColours(const cv::Mat& bgr8u, const cv::Mat& target) {
  const cv::Size window(2 * kFitRadius + 1, 2 * kFitRadius + 1);
  const auto mean = [&](const cv::Mat& m) {
    cv::Mat out;
    cv::blur(m, out, window, cv::Point(-1, -1), cv::BORDER_REFLECT);
    return out;
  };
  cv::Mat bgr;
  bgr8u.convertTo(bgr, CV_32F);
  // Products, three by three: with the target, squares, and with the next channel.
  cv::Mat turned(bgr.size(), CV_32FC3), target3;
  cv::mixChannels(bgr, turned, {0, 2, 1, 0, 2, 1});
  cv::merge(std::vector<cv::Mat>{target, target, target}, target3);
  const cv::Mat mean_bgr = mean(bgr), mean_target = mean(target);
  const cv::Mat with_target = mean(bgr.mul(target3));
  const cv::Mat squares = mean(bgr.mul(bgr)), mixed = mean(bgr.mul(turned));

  cv::Mat fit(bgr.size(), CV_32FC4);
  for (int y = 0; y < bgr.rows; ++y) {
    for (int x = 0; x < bgr.cols; ++x) {
      const auto& m = mean_bgr.at<cv::Vec3f>(y, x);
      const float t = mean_target.at<float>(y, x);
      const auto& mt = with_target.at<cv::Vec3f>(y, x);
      const auto& sq = squares.at<cv::Vec3f>(y, x);
      const auto& mx = mixed.at<cv::Vec3f>(y, x);  // bg, gr, rb
      const float bb = sq[0] - m[0] * m[0] + kEpsilon, gg = sq[1] - m[1] * m[1] + kEpsilon;
      const float rr = sq[2] - m[2] * m[2] + kEpsilon;
      const float bg = mx[0] - m[0] * m[1], gr = mx[1] - m[1] * m[2], br = mx[2] - m[2] * m[0];
      const float cb = mt[0] - m[0] * t, cg = mt[1] - m[1] * t, cr = mt[2] - m[2] * t;
      // Cramer's rule with the symmetric covariance matrix.
      const float i00 = gg * rr - gr * gr, i01 = br * gr - bg * rr, i02 = bg * gr - br * gg;
      const float i11 = bb * rr - br * br, i12 = bg * br - bb * gr, i22 = bb * gg - bg * bg;
      const float determinant = bb * i00 + bg * i01 + br * i02;
      const float ab = (i00 * cb + i01 * cg + i02 * cr) / determinant;
      const float ag = (i01 * cb + i11 * cg + i12 * cr) / determinant;
      const float ar = (i02 * cb + i12 * cg + i22 * cr) / determinant;
      fit.at<cv::Vec4f>(y, x) = {ab, ag, ar, t - ab * m[0] - ag * m[1] - ar * m[2]};
    }
  }
  return mean(fit);
}

}  // namespace

Mask LiftToFrame(const cv::Mat& probability, const cv::Rect& around, const WorkingFrame& frame) {
  const BgrImage& image = frame.image;
  Mask mask(image.width(), image.height());
  const cv::Rect part = around & frame.bounds();
  if (part.empty()) return mask;

  const double sx = static_cast<double>(image.width()) / frame.bgr.cols;
  const double sy = static_cast<double>(image.height()) / frame.bgr.rows;
  const cv::Mat fit = FitColours(frame.bgr(part), probability(part));
  const int x0 = static_cast<int>(std::floor(part.x * sx));
  const int y0 = static_cast<int>(std::floor(part.y * sy));
  const int x1 = std::min(image.width(), static_cast<int>(std::ceil((part.x + part.width) * sx)));
  const int y1 = std::min(image.height(), static_cast<int>(std::ceil((part.y + part.height) * sy)));

  // Pixel centres of the frame, in pixels of `fit`.
  const cv::Mat to_fit = (cv::Mat_<double>(2, 3) << 1 / sx, 0, (x0 + 0.5) / sx - 0.5 - part.x,  //
                          0, 1 / sy, (y0 + 0.5) / sy - 0.5 - part.y);
  cv::Mat full_fit;
  cv::warpAffine(fit, full_fit, to_fit, cv::Size(x1 - x0, y1 - y0),
                 cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
  for (int y = y0; y < y1; ++y) {
    const uint8_t* bgr = image.Row(y) + 3 * static_cast<size_t>(x0);
    const auto* f = full_fit.ptr<cv::Vec4f>(y - y0);
    uint8_t* out = mask.MutableRow(y) + x0;
    for (int x = 0; x < x1 - x0; ++x, bgr += 3) {
      const float p = f[x][0] * bgr[0] + f[x][1] * bgr[1] + f[x][2] * bgr[2] + f[x][3];
      out[x] = p > 0.5f ? 255 : 0;
    }
  }
  return mask;
}

}  // namespace tapmask
