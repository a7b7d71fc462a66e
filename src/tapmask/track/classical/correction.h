// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <opencv2/core/mat.hpp>

#include "tapmask/track/classical/candidates.h"
#include "tapmask/track/classical/tap_picture.h"

namespace tapmask {

// One more point: "this too" or "not this".
struct Correction {
  cv::Point point;
  bool is_object = true;
};

// Changes `current` so that `correction` holds, in a safe way: only one connected region around
// the point changes, towards the side the point says, and no earlier point changes sides. So a
// point can take too little or too much there, but never wrecks the mask elsewhere.
//
// pool   Other regions that might show where the border is, e.g. the candidates of the first tap.
// first  The tap that `current` began with, or a pixel well inside of it.
// seeds  All earlier points.
cv::Mat Correct(const TapPyramid& pyramid, const cv::Mat& current, const std::vector<cv::Mat>& pool,
                const cv::Point& first, const TapSeeds& seeds, const Correction& correction,
                int threads);

}  // namespace tapmask
