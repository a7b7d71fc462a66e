// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>

#include "tapmask/effect/erase/sources.h"

namespace tapmask {

// Which hidden places of frame `at` belong to something that passes behind the hole: where its
// motion takes them to is in sight in other frames, at most `reach` away, and moves as it does.
// Neighbouring places decide together. The sources of those places become what is seen of the
// layer, and nothing else. Returns them, 8U at working size; empty: none.
//
// After "layers" (Wang and Adelson, 1994, "Representing moving images with layers"): here only
// those in front of the background, each moving affinely.
cv::Mat TakeMovingPlaces(const Window& window, int at, int reach, HiddenPlaces& hidden,
                         int threads);

// What moves is not in sight where the camera's motion leads, if it is elsewhere.
void LeaveCamera(const cv::Mat& moving, HiddenPlaces& hidden);

}  // namespace tapmask
