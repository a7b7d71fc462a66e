// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/soft_edge.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

// Distance of each pixel in `area` to the nearest pixel outside the mask.
cv::Mat DistanceToOutside(const Mask& mask, const Rect& area) try {
  cv::Mat inside(area.height, area.width, CV_8U);
  for (int y = 0; y < area.height; ++y) {
    std::copy_n(mask.Row(area.y + y) + area.x, area.width, inside.ptr<uint8_t>(y));
  }
  cv::Mat distance;
  cv::distanceTransform(inside, distance, cv::DIST_L2, cv::DIST_MASK_5);
  return distance;
} catch (const cv::Exception& e) {
  throw Error(Code::kInternal, "The edge of a mask could not be softened.", e.what());
}

}  // namespace

SoftEdge::SoftEdge(const Mask& mask, double feather_px) {
  if (feather_px <= 0) return;
  const Rect area = Inflate(mask.BoundingBox(), 1, mask.size());
  if (area.Empty()) return;
  const cv::Mat distance = DistanceToOutside(mask, area);
  shares_ = Field(area);
  for (int y = 0; y < area.height; ++y) {
    for (int x = 0; x < area.width; ++x) {
      // A pixel beside the border is at a distance of 1.
      const double share = distance.at<float>(y, x) / (feather_px + 1);
      shares_.Row(y)[x] = static_cast<float>(std::min(share, 1.0));
    }
  }
}

float SoftEdge::DeepestShare(const Frame& frame, int plane, int x, int y) const {
  if (plane == 0) return shares_.Row(y - shares_.area().y)[x - shares_.area().x];
  const PixelFormat& format = frame.format();
  const Rect pixels = Intersect({x << format.chroma_shift_x, y << format.chroma_shift_y,
                                 1 << format.chroma_shift_x, 1 << format.chroma_shift_y},
                                shares_.area());
  float share = 0;
  for (int v = pixels.y; v < pixels.bottom(); ++v) {
    const float* row = shares_.Row(v - shares_.area().y);
    for (int u = pixels.x; u < pixels.right(); ++u)
      share = std::max(share, row[u - shares_.area().x]);
  }
  return share;
}

}  // namespace tapmask
