// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>

#include "tapmask/core/geometry.h"
#include "tapmask/core/image.h"
#include "tapmask/core/mask.h"
#include "tapmask/motion/flow.h"
#include "tapmask/motion/gray_image.h"
#include "tapmask/track/classical/features.h"

namespace tapmask {

// The size that the tracker works at: short side 240 pixels whatever the frame's, so that distances
// in pixels mean the same for every video. Very long frames stop at a long side of 1024, and no
// side is below 16.
Size TrackGridSize(const Size& frame);

// Of the frames that are taken at all, in pixels.
inline constexpr int kMinFrameSide = 16, kMaxFrameSide = 8192;

// One frame as the tracker's objects see it, at the grid's size. Made once a frame, for all of
// them. The motion is against the frame before and empty where there is none.
struct WorkingFrame {
  WorkingFrame() = default;
  WorkingFrame(WorkingFrame&&) = default;  // Not copied: `backward` lies over `flow`.
  WorkingFrame& operator=(WorkingFrame&&) = default;

  BgrImage image;  // The analysis frame itself.
  cv::Mat bgr;     // 8UC3
  GrayImage gray;
  FeatureImages features;

  FlowPair flow;
  cv::Mat backward;     // 32FC2 over flow.backward: where a pixel was, against where it is.
  cv::Mat came_from;    // 32FC2: where it was.
  cv::Mat consistency;  // 32FC1, 0 to 1.

  cv::Size size() const { return bgr.size(); }
  cv::Rect bounds() const { return {0, 0, bgr.cols, bgr.rows}; }
};

// Without features and motion.
WorkingFrame MakeWorkingFrame(const BgrImage& image);

// Fills in the motion. `flow` leads between the frame before and this one.
void SetMotion(WorkingFrame& frame, FlowPair flow);

// A mask of the analysis frame at the grid's size, 0 or 255. Something stays set when anything was.
cv::Mat GridFromMask(const Mask& mask, const cv::Size& grid);

}  // namespace tapmask
