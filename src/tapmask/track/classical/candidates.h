// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <opencv2/core/mat.hpp>

#include "tapmask/track/classical/tap_picture.h"

namespace tapmask {

// Grid pixels that are known to be in or out.
struct TapSeeds {
  std::vector<cv::Point> object;
  std::vector<cv::Point> background;
};

struct GrowOptions {
  int rounds = 2;               // Each learns colours from the last region and cuts again.
  float motion_weight = 0;      // Against the colours' 0.7; 0 leaves motion out.
  float shape_softness = 0.5f;  // How far the border may move in a round, in parts of sqrt(area).
};

// Grows or shrinks `start` to the border that its colours and motion suggest: a graph cut between
// the colours inside and those around, with a pull towards the region it began with. Seeds are
// kept to; only connected parts that hold an object seed are returned. Returns `start`'s last
// usable form when a round leaves next to nothing.
//
// A large region's first round runs on the half picture; the rounds after it look at a band
// around the border that was found.
cv::Mat GrowRegion(const TapPyramid& pyramid, const cv::Mat& start, const TapSeeds& seeds,
                   const GrowOptions& options);

// Regions that could be the thing at `tap`, without near duplicates, by rising area: grown from
// discs and ellipses of several sizes around the tap, and from what moves there. Never empty.
std::vector<cv::Mat> GrowCandidates(const TapPyramid& pyramid, const cv::Point& tap, int threads);

// `regions` without those that are nearly equal to an earlier one, tiny, or most of the picture.
std::vector<cv::Mat> WithoutDuplicates(const std::vector<cv::Mat>& regions, double same_overlap);

}  // namespace tapmask
