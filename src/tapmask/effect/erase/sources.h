// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include <opencv2/core/mat.hpp>

#include "tapmask/effect/erase/window.h"

namespace tapmask {

// Where a hidden place is in sight: in another frame of the window.
struct Source {
  int frame = -1;     // Position in the window; -1: none.
  cv::Point2f shift;  // From the hidden place to its place there, in working pixels.
  float error = 0;    // How far the way there may be off, in working pixels.
  float weight = 0;   // Its share in the fill; all of one place sum up to 1.
};
// Two later and two earlier ones along the flow, one later and one earlier one with the camera.
constexpr int kSources = 6;
using Sources = std::array<Source, kSources>;

// The hidden places of a frame at working size, and where they are in sight.
struct HiddenPlaces {
  std::vector<cv::Point> places;  // Row by row.
  std::vector<Sources> sources;   // Of each.
  cv::Mat index;                  // 32S: the number of a pixel's place; -1 where nothing is hidden.
  // 32FC2, 0 to 1: how far what the sources show is better than a smooth fill, its forms and its
  // details; where motion is a little off, forms are right and details are not.
  cv::Mat trust;
  // 8U: something passes here while the camera stands still, so what is here now is not here in
  // the next frame. Empty: nowhere.
  cv::Mat not_carried;
};

HiddenPlaces HiddenPlacesOf(const WindowFrame& frame);  // Without sources.

// Follows every hidden place of frame `at` through the window, forwards and backwards, until it is
// in sight, the way there is too uncertain, or the shot ends. At most `reach` frames away.
HiddenPlaces FindSources(const Window& window, int at, int reach, MotionKind kind, int threads);

// Gives the sources their weights: near and sure ones count more, and those whose colours agree
// with most others. Then says how far to trust them: where earlier and later sources differ as much
// as the place differs from its surroundings (water, leaves in the wind), a smooth fill is as good,
// and the best guess lies between (James and Stein, 1961, "Estimation with quadratic loss").
// Returns the mean trust of all places that have sources.
double WeighSources(const Window& window, int at, bool is_yuv, HiddenPlaces& hidden);

}  // namespace tapmask
