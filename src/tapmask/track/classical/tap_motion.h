// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <opencv2/core/mat.hpp>

namespace tapmask {

// How every pixel of a frame moves against the background.
struct TapMotion {
  // Over one distance in time.
  struct Gap {
    cv::Mat residual;  // CV_32FC2: pixels of motion that the camera does not explain.
    cv::Mat believed;  // CV_8UC1: 255 where the residual can be believed.
    float noise = 1;   // |residual| that still counts as standing, in pixels; > 0.
  };
  std::vector<Gap> gaps;  // By rising distance; empty when there are no neighbours.
};

// The connected pixels around `tap` that move by more than `noises` times the gap's noise: 8UC1,
// 255 there. Empty when the tapped pixel does not move.
cv::Mat MovingRegion(const TapMotion::Gap& gap, float noises, const cv::Point& tap);

// The region without the few pixels of background all around that flow takes along; may be empty.
cv::Mat WithoutHalo(const cv::Mat& region);

// A neighbouring frame as an 8-bit grey picture.
struct TapNeighbour {
  int offset = 0;  // Frames after (+) or before (-) the tapped one, not 0.
  cv::Mat grey;
};

// Measures optical flow from `grey` to its neighbours and takes the motion of the camera (a
// homography) away.
//
// Flow is wrong where something is hidden in the neighbour: a moving object then drags a halo of
// background along. What is hidden after the frame is usually seen before it, so neighbours at
// equal distance on both sides are combined: flow that leads there and back again counts, and of
// two such the smaller residual; where neither does, the residual is not to be believed. At most
// three distances are used, the nearest.
//
// Pictures with a side under 48 pixels give no gaps: there is too little to match.
TapMotion MeasureTapMotion(const cv::Mat& grey, const std::vector<TapNeighbour>& neighbours,
                           int threads);

}  // namespace tapmask
