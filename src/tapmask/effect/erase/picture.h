// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <opencv2/core/mat.hpp>

#include "tapmask/core/frame.h"
#include "tapmask/core/geometry.h"
#include "tapmask/core/mask.h"
#include "tapmask/motion/archive_mat.h"

namespace tapmask {

// Which samples of a plane are not known and must not be read; kept for their bounding box alone.
struct Hole {
  Hole() = default;
  explicit Hole(const cv::Mat& samples);  // 8U of the plane's size; anything but 0: not known.

  bool Empty() const { return box.empty(); }
  bool At(int x, int y) const {
    return box.contains({x, y}) && inside.at<uint8_t>(y - box.y, x - box.x) != 0;
  }
  cv::Mat Whole(const cv::Size& plane) const;  // 8U, 0 or 255.

  void Archive(StateArchive& archive) { archive(box, inside); }

  cv::Rect box;
  cv::Mat inside;  // 8U, 0 or 255, of the box's size.
};

// A frame's planes, 8U or 16U, with their holes.
struct Picture {
  std::vector<cv::Mat> planes;
  std::vector<Hole> holes;  // One for each plane.

  cv::Size size() const { return planes[0].size(); }
  void Archive(StateArchive& archive) { archive(planes, holes); }
};

// The frame's own samples: `frame` must outlive the picture and not change.
Picture PictureOf(const Frame& frame, const Mask& mask);

// The size that motion is found at: the short side 240 pixels, the long side at most 1024, never
// larger than the frame.
cv::Size WorkingSize(const Size& frame);

// All planes at the working size, 8 bit. A pixel is a hole when it touches one of the picture's;
// what is under the holes is a smooth fill from around them.
Picture ShrinkPicture(const Picture& picture, int bits, const cv::Size& size);

// A place between samples, integer coordinates being their centres, of one plane. Cubic (Keys,
// 1981, a = -0.5) where all 4 x 4 samples around are known, linear where the inner 2 x 2 are.
// False outside the plane, and where those are not known either.
bool SampleKnown(const cv::Mat& plane, const Hole& hole, float x, float y, float& value);

// The same place in a plane of another size that shows the same picture.
inline cv::Point2f MapPlace(const cv::Point2f& p, const cv::Size& from, const cv::Size& to) {
  return {(p.x + 0.5f) * static_cast<float>(to.width) / static_cast<float>(from.width) - 0.5f,
          (p.y + 0.5f) * static_cast<float>(to.height) / static_cast<float>(from.height) - 0.5f};
}

}  // namespace tapmask
