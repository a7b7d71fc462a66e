// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include <opencv2/core/mat.hpp>

#include "tapmask/effect/erase/scene_motion.h"

namespace tapmask {

// Something that moves against the camera between two neighbouring frames, in one piece: on top of
// the camera's motion an affine one, row by row of x, y, 1, in working pixels.
struct MovingLayer {
  using Affine = std::array<float, 6>;
  Affine forth{};   // For places of the earlier frame,
  Affine back{};    // and of the later one.
  int before = -1;  // Its number among the layers of the pair of frames before,
  int after = -1;   // and after this one; -1: it is not among them.
  void Archive(StateArchive& archive) { archive(forth, back, before, after); }
};

// The layers between two neighbouring frames.
struct MovingLayers {
  std::vector<MovingLayer> layers;
  // 8U, of the earlier and of the later frame: the number of the layer that a known pixel is part
  // of, plus 1; 0: none, or not known.
  cv::Mat earlier, later;
  // 8U, not 0 where the picture shows that a pixel does not move with the camera. On a plain
  // surface any motion explains the picture.
  cv::Mat clear_earlier, clear_later;

  void Archive(StateArchive& archive) {
    archive(layers, earlier, later, clear_earlier, clear_later);
  }
};

// From the first motion between two frames. What the flow says near a hole is not looked at, for
// it depends on how the hole was filled.
MovingLayers FindLayers(const MotionPair& motion, const cv::Mat& earlier,
                        const cv::Mat& earlier_hole, const cv::Mat& later,
                        const cv::Mat& later_hole);

// Finds the same things again in two pairs of frames, the first ending where the second begins.
void LinkLayers(MovingLayers& first, MovingLayers& second);

// How a layer moves a place of the earlier frame (`forth`) or of the later one against the camera.
inline cv::Point2f AgainstCamera(const MovingLayer& layer, bool forth, const cv::Point2f& p) {
  const MovingLayer::Affine& a = forth ? layer.forth : layer.back;
  return {a[0] * p.x + a[1] * p.y + a[2], a[3] * p.x + a[4] * p.y + a[5]};
}

}  // namespace tapmask
