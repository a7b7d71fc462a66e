// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include <opencv2/core/mat.hpp>

#include "tapmask/core/geometry.h"
#include "tapmask/core/image.h"
#include "tapmask/track/analysis_frame.h"
#include "tapmask/track/classical/tap_motion.h"

namespace tapmask {

// The size segmentation works at: the frame's, reduced so that the short side is at most 240.
Size TapGridSize(const Size& frame);

// The grid's pixel that holds a place of the frame. Places outside count as the nearest inside.
cv::Point TapGridPixel(Point2f in_image, const Size& frame, const cv::Size& grid);

// What segmentation wants to know of a frame, at the grid's size or half of it.
struct TapPicture {
  int pixel = 1;        // The side of its pixels in pixels of the grid: 1 or 2.
  cv::Mat lab;          // CV_8UC3, lightly smoothed; a and b stretched so that colour counts more.
  cv::Mat colour_bin;   // CV_16UC1, 0 to 4095: the cell of `lab` in a 16x16x16 histogram.
  cv::Mat edge;         // CV_32FC1, the strongest gradient of the three channels.
  float mean_edge = 1;  // > 0.
  TapMotion motion;

  cv::Size size() const { return lab.size(); }
  cv::Rect bounds() const { return {0, 0, lab.cols, lab.rows}; }
};

// Made once a frame.
struct TapPyramid {
  TapPicture full;
  TapPicture half;
};

TapPyramid MakeTapPyramid(const AnalysisFrame& frame, std::span<const AnalysisFrame> neighbours,
                          int threads);

// A region at another size, e.g. from the half picture on the full one.
cv::Mat ScaleRegion(const cv::Mat& region, const cv::Size& size);

}  // namespace tapmask
