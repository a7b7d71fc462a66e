// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include <opencv2/imgproc.hpp>

#include "tapmask/effect/erase/edge_fill.h"
#include "tapmask/effect/plane_mask.h"
#include "tapmask/motion/bounding_box.h"

namespace tapmask {
namespace {

constexpr double kShortSide = 240, kLongSide = 1024;

cv::Mat MatFromMask(const Mask& mask) {
  return cv::Mat(mask.height(), mask.width(), CV_8U, const_cast<uint8_t*>(mask.data())).clone();
}

// The weights of the four samples at -1, 0, 1, 2 for a place `t` past sample 0.
std::array<float, 4> CubicWeights(float t) {
  const float t2 = t * t, t3 = t2 * t;
  return {0.5f * (-t3 + 2 * t2 - t), 0.5f * (3 * t3 - 5 * t2 + 2), 0.5f * (-3 * t3 + 4 * t2 + t),
          0.5f * (t3 - t2)};
}

// Is nothing of the 4 x 4 samples from (x, y) on a hole? Says no at the border of the box around
// the hole, where it would have to look closer.
bool IsClear(const Hole& hole, int x, int y) {
  const cv::Rect& box = hole.box;
  if (x + 4 <= box.x || y + 4 <= box.y || x >= box.x + box.width || y >= box.y + box.height) {
    return true;
  }
  if (x < box.x || y < box.y || x + 4 > box.x + box.width || y + 4 > box.y + box.height)
    return false;
  uint32_t any = 0;
  for (int j = 0; j < 4; ++j) {
    uint32_t row = 0;
    std::memcpy(&row, hole.inside.ptr(y - box.y + j) + (x - box.x), sizeof row);
    any |= row;
  }
  return any == 0;
}

template <class T>
bool Sample(const cv::Mat& plane, const Hole& hole, float x, float y, float& value) {
  const int right = plane.cols - 1, bottom = plane.rows - 1;
  if (!(x >= 0 && y >= 0 && x <= static_cast<float>(right) && y <= static_cast<float>(bottom))) {
    return false;
  }
  const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
  const float fx = x - static_cast<float>(x0), fy = y - static_cast<float>(y0);
  const bool is_clear = IsClear(hole, x0 - 1, y0 - 1);
  if (is_clear && x0 >= 1 && y0 >= 1 && x0 + 2 <= right && y0 + 2 <= bottom) {
    const auto wx = CubicWeights(fx), wy = CubicWeights(fy);
    value = 0;
    for (int j = 0; j < 4; ++j) {
      const T* p = plane.ptr<T>(y0 - 1 + j) + x0 - 1;
      value +=
          wy[static_cast<size_t>(j)] * (wx[0] * p[0] + wx[1] * p[1] + wx[2] * p[2] + wx[3] * p[3]);
    }
    return true;
  }
  std::array<int, 4> column{}, row{};
  for (int i = 0; i < 4; ++i) {
    column[static_cast<size_t>(i)] = std::clamp(x0 - 1 + i, 0, right);
    row[static_cast<size_t>(i)] = std::clamp(y0 - 1 + i, 0, bottom);
  }
  int unknown = 0, inner = 0;
  if (!is_clear) {
    for (size_t j = 0; j < 4; ++j) {
      for (size_t i = 0; i < 4; ++i) {
        const bool is_hole = hole.At(column[i], row[j]);
        unknown += is_hole;
        inner += is_hole && (i == 1 || i == 2) && (j == 1 || j == 2);
      }
    }
  }
  if (unknown == 0) {
    const auto wx = CubicWeights(fx), wy = CubicWeights(fy);
    value = 0;
    for (size_t j = 0; j < 4; ++j) {
      const T* p = plane.ptr<T>(row[j]);
      value += wy[j] * (wx[0] * p[column[0]] + wx[1] * p[column[1]] + wx[2] * p[column[2]] +
                        wx[3] * p[column[3]]);
    }
    return true;
  }
  if (inner > 0) return false;
  const T *a = plane.ptr<T>(row[1]), *b = plane.ptr<T>(row[2]);
  value = (1 - fy) * ((1 - fx) * a[column[1]] + fx * a[column[2]]) +
          fy * ((1 - fx) * b[column[1]] + fx * b[column[2]]);
  return true;
}

}  // namespace

Hole::Hole(const cv::Mat& samples) : box(BoundingBoxOf(samples)) {
  if (!box.empty()) inside = samples(box) != 0;
}

cv::Mat Hole::Whole(const cv::Size& plane) const {
  cv::Mat out = cv::Mat::zeros(plane, CV_8U);
  if (!Empty()) inside.copyTo(out(box));
  return out;
}

Picture PictureOf(const Frame& frame, const Mask& mask) {
  Picture out;
  const int depth = frame.format().bits > 8 ? CV_16U : CV_8U;
  for (int p = 0; p < frame.format().planes(); ++p) {
    out.planes.emplace_back(frame.PlaneHeight(p), frame.PlaneWidth(p), depth,
                            const_cast<uint8_t*>(frame.Data(p)),
                            static_cast<size_t>(frame.StrideBytes(p)));
    const bool shares = p > 0 && out.planes.back().size() == out.planes[0].size();
    out.holes.push_back(shares ? out.holes[0] : Hole(MatFromMask(PlaneMask(mask, frame, p))));
  }
  return out;
}

cv::Size WorkingSize(const Size& frame) {
  const double scale = std::min({1.0, kShortSide / std::min(frame.width, frame.height),
                                 kLongSide / std::max(frame.width, frame.height)});
  return {std::max(1, static_cast<int>(std::lround(frame.width * scale))),
          std::max(1, static_cast<int>(std::lround(frame.height * scale)))};
}

Picture ShrinkPicture(const Picture& picture, int bits, const cv::Size& size) {
  Picture out;
  // Samples and holes go the same way, as floats, so that whatever a hole has the smallest share in
  // is a hole.
  cv::Mat hole = cv::Mat::zeros(size, CV_8U);
  std::vector<cv::Mat> floats;
  for (size_t p = 0; p < picture.planes.size(); ++p) {
    const cv::Mat& plane = picture.planes[p];
    const bool shrinks = plane.cols >= size.width && plane.rows >= size.height;
    const auto resize = [&](const cv::Mat& from) {
      cv::Mat values, small;
      from.convertTo(values, CV_32F);
      cv::resize(values, small, size, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
      return small;
    };
    hole |= resize(picture.holes[p].Whole(plane.size())) > 0;
    floats.push_back(resize(plane) / (1 << (bits - 8)));
  }
  const Hole small_hole(hole);
  cv::Mat joined;
  cv::merge(floats, joined);
  FillAlongEdges(joined, hole, 128);
  cv::split(joined, floats);
  for (cv::Mat& plane : floats) {
    cv::Mat bytes;
    plane.convertTo(bytes, CV_8U);
    out.planes.push_back(bytes);
    out.holes.push_back(small_hole);
  }
  return out;
}

bool SampleKnown(const cv::Mat& plane, const Hole& hole, float x, float y, float& value) {
  return plane.depth() == CV_8U ? Sample<uint8_t>(plane, hole, x, y, value)
                                : Sample<uint16_t>(plane, hole, x, y, value);
}

}  // namespace tapmask
