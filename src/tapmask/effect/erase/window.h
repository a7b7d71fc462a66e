// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include <opencv2/core/mat.hpp>

#include "tapmask/core/frame.h"
#include "tapmask/effect/erase/layers.h"
#include "tapmask/effect/erase/picture.h"
#include "tapmask/effect/erase/scene_motion.h"

namespace tapmask {

// A frame of the window that an eraser looks at, with what is known of it so far.
struct WindowFrame {
  Frame frame;
  bool erase = true;  // Else it only shows what is behind.
  bool has_hole = false;
  bool begins_shot = false;
  Picture full;         // Over `frame`.
  Picture small;        // At working size.
  cv::Mat filled;       // Its first plane, the holes filled from other frames; empty: not yet.
  cv::Mat invented;     // 8U: pixels of `filled` that no other frame showed,
  cv::Mat moving;       // and those of something that moves against the camera. Empty: none.
  MotionPair first;     // Between the frame before and this one; not known at a cut.
  MovingLayers layers;  // The same.
  MotionPair better;
  Light light{};        // Against the frame before, which is of the same shot,
  float sharpness = 0;  // and the logarithm of how much more detail it shows.

  // All but the frame and the picture over it.
  void Archive(StateArchive& archive) {
    archive(erase, has_hole, begins_shot, small, filled, invented, moving, first, layers, better,
            light, sharpness);
  }
};
using Window = std::deque<WindowFrame>;

enum class MotionKind { kFirst, kBetter };

// The motion from frame `frame` to the next one (`direction` 1) or to the one before (-1); null:
// not known, or another shot.
const Motion* StepFrom(const Window& window, int frame, int direction, MotionKind kind);

// What is seen of a place in working pixels: nothing any more, nothing now, what is there.
enum class Sight { kGone, kHidden, kSeen };
Sight SightOf(const WindowFrame& frame, const cv::Point2f& p);

// How much brighter frame `to` is than frame `from`, both of one shot.
Light LightBetween(const Window& window, int from, int to);

// How much more detail frame `to` shows than frame `from`, both of one shot: 1 is the same.
float SharpnessBetween(const Window& window, int from, int to);

}  // namespace tapmask
