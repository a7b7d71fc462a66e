// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/tap_picture.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace tapmask {
namespace {

constexpr int kTapShortSide = 240;
constexpr double kTapColourStretch = 1.6;

cv::Mat OnGrid(const BgrImage& image) {
  // OpenCV has no view of constant samples; they are only read.
  const cv::Mat samples(image.height(), image.width(), CV_8UC3, const_cast<uint8_t*>(image.data()));
  const Size grid = TapGridSize(image.size());
  cv::Mat reduced;
  cv::resize(samples, reduced, {grid.width, grid.height}, 0, 0, cv::INTER_AREA);
  return reduced;
}

cv::Mat Grey(const cv::Mat& bgr) {
  cv::Mat grey;
  cv::cvtColor(bgr, grey, cv::COLOR_BGR2GRAY);
  return grey;
}

cv::Mat StretchedLab(const cv::Mat& bgr) {
  cv::Mat smooth, lab, stretched;
  cv::GaussianBlur(bgr, smooth, {0, 0}, 0.7);
  cv::cvtColor(smooth, lab, cv::COLOR_BGR2Lab);
  cv::Mat table(1, 256, CV_8UC3);
  for (int v = 0; v < 256; ++v) {
    const auto colour = cv::saturate_cast<uint8_t>(128 + kTapColourStretch * (v - 128));
    table.at<cv::Vec3b>(0, v) = {static_cast<uint8_t>(v), colour, colour};
  }
  cv::LUT(lab, table, stretched);
  return stretched;
}

cv::Mat ColourBins(const cv::Mat& lab) {
  cv::Mat bins(lab.size(), CV_16UC1);
  for (int y = 0; y < lab.rows; ++y) {
    for (int x = 0; x < lab.cols; ++x) {
      const auto& c = lab.at<cv::Vec3b>(y, x);
      bins.at<uint16_t>(y, x) =
          static_cast<uint16_t>((c[0] >> 4) << 8 | (c[1] >> 4) << 4 | c[2] >> 4);
    }
  }
  return bins;
}

cv::Mat EdgeStrength(const cv::Mat& lab) {
  cv::Mat strongest = cv::Mat::zeros(lab.size(), CV_32FC1);
  std::vector<cv::Mat> channels;
  cv::split(lab, channels);
  for (const cv::Mat& channel : channels) {
    cv::Mat dx, dy, strength;
    cv::Sobel(channel, dx, CV_32F, 1, 0, 3, 0.125);
    cv::Sobel(channel, dy, CV_32F, 0, 1, 3, 0.125);
    cv::magnitude(dx, dy, strength);
    cv::max(strongest, strength, strongest);
  }
  return strongest;
}

TapPicture FromLab(const cv::Mat& lab) {
  TapPicture picture;
  picture.lab = lab;
  picture.colour_bin = ColourBins(lab);
  picture.edge = EdgeStrength(lab);
  picture.mean_edge = static_cast<float>(cv::mean(picture.edge)[0]) + 1;
  return picture;
}

}  // namespace

Size TapGridSize(const Size& frame) {
  const int short_side = std::min(frame.width, frame.height);
  if (short_side <= kTapShortSide) return frame;
  const auto reduced = [&](int side) {
    return static_cast<int>(std::lround(static_cast<double>(side) * kTapShortSide / short_side));
  };
  return {reduced(frame.width), reduced(frame.height)};
}

cv::Point TapGridPixel(Point2f in_image, const Size& frame, const cv::Size& grid) {
  const auto pixel = [](double place, int from, int to) {
    return std::clamp(static_cast<int>(std::floor(place * to / from)), 0, to - 1);
  };
  return {pixel(in_image.x, frame.width, grid.width), pixel(in_image.y, frame.height, grid.height)};
}

TapPyramid MakeTapPyramid(const AnalysisFrame& frame, std::span<const AnalysisFrame> neighbours,
                          int threads) {
  const cv::Mat bgr = OnGrid(frame.image);
  std::vector<TapNeighbour> greys;
  for (const AnalysisFrame& neighbour : neighbours) {
    greys.push_back(
        {static_cast<int>(neighbour.index - frame.index), Grey(OnGrid(neighbour.image))});
  }
  TapPyramid pyramid;
  pyramid.full = FromLab(StretchedLab(bgr));
  pyramid.full.motion = MeasureTapMotion(Grey(bgr), greys, threads);

  const cv::Size half((bgr.cols + 1) / 2, (bgr.rows + 1) / 2);
  cv::Mat half_lab;
  cv::resize(pyramid.full.lab, half_lab, half, 0, 0, cv::INTER_AREA);
  pyramid.half = FromLab(half_lab);
  pyramid.half.pixel = 2;
  for (const TapMotion::Gap& gap : pyramid.full.motion.gaps) {
    TapMotion::Gap reduced{cv::Mat(), cv::Mat(), gap.noise};  // Still in pixels of the grid.
    cv::resize(gap.residual, reduced.residual, half, 0, 0, cv::INTER_AREA);
    cv::resize(gap.believed, reduced.believed, half, 0, 0, cv::INTER_NEAREST);
    pyramid.half.motion.gaps.push_back(reduced);
  }
  return pyramid;
}

cv::Mat ScaleRegion(const cv::Mat& region, const cv::Size& size) {
  cv::Mat scaled;
  const bool smaller = size.area() < region.size().area();
  cv::resize(region, scaled, size, 0, 0, smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
  return scaled > 127;
}

}  // namespace tapmask
