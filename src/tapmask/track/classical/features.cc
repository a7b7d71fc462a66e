// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/features.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <opencv2/imgproc.hpp>

namespace tapmask {
namespace {

constexpr int kAroundBegin = 13;
constexpr int kPlaceBegin = 61;
constexpr int kMotionBegin = 65;
constexpr int kRegionBegin = 68;
constexpr double kColourStretch = 1.6;

constexpr int kNear = 6, kFar = 14;  // Pixels from the centre to the places around it,
constexpr double kLeastZoom = 0.5, kMostZoom = 2;  // times the zoom, within these bounds.

std::array<cv::Point, 8> Ring(int radius, double zoom) {
  const double scaled = radius * std::clamp(zoom, kLeastZoom, kMostZoom);
  const int r = static_cast<int>(std::lround(scaled));
  const int d = static_cast<int>(0.7 * scaled + 1e-9);
  return {{{r, 0}, {d, d}, {0, r}, {-d, d}, {-r, 0}, {-d, -d}, {0, -r}, {d, -d}}};
}

uint8_t Byte(double v) {
  return static_cast<uint8_t>(std::clamp(v, 0.0, 255.0));
}

uint8_t* Put(uint8_t* out, const uint8_t* lab) {
  out[0] = lab[0], out[1] = lab[1], out[2] = lab[2];
  return out + 3;
}

// A blur so wide that it is made at half the size, for a quarter of the cost.
cv::Mat WideBlur(const cv::Mat& image, double sigma) {
  cv::Mat half, out;
  cv::resize(image, half, cv::Size((image.cols + 1) / 2, (image.rows + 1) / 2), 0, 0,
             cv::INTER_AREA);
  cv::GaussianBlur(half, half, cv::Size(), sigma / 2);
  cv::resize(half, out, image.size(), 0, 0, cv::INTER_LINEAR);
  return out;
}

}  // namespace

FeatureGroup GroupOf(int feature) {
  if (feature < 9) return FeatureGroup::kColour;
  if (feature < kAroundBegin) return FeatureGroup::kGradient;
  if (feature < kPlaceBegin) return FeatureGroup::kAround;
  if (feature < kMotionBegin) return FeatureGroup::kPlace;
  if (feature < kRegionBegin) return FeatureGroup::kMotion;
  return FeatureGroup::kRegion;
}

FeatureImages MakeFeatureImages(const cv::Mat& bgr) {
  FeatureImages f;
  cv::cvtColor(bgr, f.lab, cv::COLOR_BGR2Lab);
  cv::Mat stretch(1, 256, CV_8UC3);
  for (int v = 0; v < 256; ++v) {
    const uint8_t colour = cv::saturate_cast<uint8_t>((v - 128) * kColourStretch + 128);
    stretch.at<cv::Vec3b>(0, v) = {static_cast<uint8_t>(v), colour, colour};
  }
  cv::LUT(f.lab, stretch, f.lab);

  cv::GaussianBlur(f.lab, f.lab_fine, cv::Size(), 0.7);
  cv::GaussianBlur(f.lab, f.lab_soft, cv::Size(), 2);
  f.lab_wide = WideBlur(f.lab, 5);
  f.lab_area = WideBlur(f.lab_wide, 9);

  cv::Mat light, dx, dy;
  cv::extractChannel(f.lab, light, 0);
  cv::Sobel(light, dx, CV_16S, 1, 0);
  cv::Sobel(light, dy, CV_16S, 0, 1);
  cv::convertScaleAbs(dx, dx, 0.5);
  cv::convertScaleAbs(dy, dy, 0.5);
  cv::Mat change, soft, wide;
  cv::merge(std::vector<cv::Mat>{dx, dy}, change);
  cv::GaussianBlur(change, soft, cv::Size(), 2);
  wide = WideBlur(change, 6);
  f.gradients.create(f.lab.size(), CV_8UC4);
  cv::mixChannels(std::vector<cv::Mat>{soft, wide}, std::vector<cv::Mat>{f.gradients},
                  {0, 0, 1, 1, 2, 2, 3, 3});
  return f;
}

ObjectPlace PlaceOf(const cv::Mat& mask) {
  const cv::Moments m = cv::moments(mask, true);
  if (m.m00 <= 0) return {};
  return {m.m10 / m.m00, m.m01 / m.m00, std::sqrt(m.m00)};
}

FeatureReader::FeatureReader(const FeatureImages& images, const cv::Mat& residual,
                             const ObjectPlace& place)
    : images_(images),
      residual_(residual),
      place_(place),
      near_(Ring(kNear, place.zoom)),
      far_(Ring(kFar, place.zoom)) {}

void FeatureReader::Read(int x, int y, uint8_t* out) const {
  const size_t column = 3 * static_cast<size_t>(x);
  out = Put(out, images_.lab_fine.ptr(y) + column);
  out = Put(out, images_.lab_soft.ptr(y) + column);
  out = Put(out, images_.lab_wide.ptr(y) + column);
  const uint8_t* gradients = images_.gradients.ptr(y) + 4 * static_cast<size_t>(x);
  out = std::copy_n(gradients, 4, out);

  const int right = images_.lab.cols - 1, bottom = images_.lab.rows - 1;
  const auto look_around = [&](const cv::Mat& lab, const std::array<cv::Point, 8>& ring) {
    for (const cv::Point& o : ring) {
      const int px = std::clamp(x + o.x, 0, right), py = std::clamp(y + o.y, 0, bottom);
      out = Put(out, lab.ptr(py) + 3 * static_cast<size_t>(px));
    }
  };
  look_around(images_.lab_soft, near_);
  look_around(images_.lab_wide, far_);

  const double u = (x - place_.x) / place_.side, v = (y - place_.y) / place_.side;
  *out++ = Byte(128 + 60 * u);
  *out++ = Byte(128 + 60 * v);
  *out++ = Byte(128 + 42 * (u + v));
  *out++ = Byte(128 + 42 * (u - v));

  cv::Vec2f motion(0, 0);
  if (!residual_.empty()) motion = residual_.at<cv::Vec2f>(y, x);
  *out++ = Byte(128 + 12 * motion[0]);
  *out++ = Byte(128 + 12 * motion[1]);
  *out++ = Byte(24 * std::sqrt(motion[0] * motion[0] + motion[1] * motion[1]));

  out = Put(out, images_.lab_area.ptr(y) + column);
  *out = 0;
}

}  // namespace tapmask
