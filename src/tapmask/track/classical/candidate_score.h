// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include <opencv2/core/mat.hpp>

#include "tapmask/track/classical/tap_picture.h"

namespace tapmask {

// What can be seen of a region that says whether it is a whole thing. All from 0 to 1.
struct CandidateLook {
  float area = 0;            // Share of the picture.
  float strong_edge = 0;     // Share of its border (but for the frame's) on a strong edge.
  float colour_overlap = 0;  // Of the colours inside and those just around; 1 = the same.
  float frame_border = 0;    // Share of its border that is the frame's.
  float moving_match = 0.5;  // F-measure against what moves at the tap; 0.5 when that stands.
  float tap_depth = 0;       // The tap's distance to its border, by the largest such distance.
};

// What moves at the tap, over one distance in time.
struct MovingThing {
  cv::Mat region;    // 8UC1, with the halo that flow has,
  cv::Mat core;      // without it.
  cv::Mat believed;  // 8UC1: where motion is known.
};
std::vector<MovingThing> WhatMovesAt(const cv::Point& tap, const TapMotion& motion);

CandidateLook LookAtCandidate(const TapPicture& picture, const std::vector<MovingThing>& moving,
                              const cv::Mat& region, const cv::Point& tap);

// Larger is better; differences of 0.1 matter. The weights are set by hand.
float ScoreOf(const CandidateLook& look);

// How good each of `regions` is, alone and in the light of the others.
struct Ranking {
  std::vector<float> score;                 // Of the look alone.
  std::vector<float> likelihood;            // That it is nearest to the truth; 1 in sum.
  std::vector<std::vector<float>> overlap;  // IoU of every two.
  std::vector<std::vector<float>> cover;    // [i][j]: the share of `j` that `i` covers.

  // What is to be expected of candidate `i`: its IoU with the truth, and the share of the truth
  // that it covers.
  float ExpectedOverlap(size_t i) const;
  float ExpectedCover(size_t i) const;
};

Ranking Rank(const TapPicture& picture, std::span<const cv::Mat> regions, const cv::Point& tap,
             int threads);

// The index of the best candidate. A part that is missed harms more than a part too much, so of
// nearly equal candidates it is the one that covers more of the others.
size_t Best(const Ranking& ranking);

// Up to `count` more, best first: each the one that, with `chosen`, makes it likeliest that one of
// them is near the truth. Those that nearly equal a chosen one are left out.
std::vector<size_t> Alternatives(const Ranking& ranking, size_t chosen, size_t count);

// The probability that IoU with the truth is at least 0.5.
float ConfidenceOf(const Ranking& ranking, size_t i);

}  // namespace tapmask
