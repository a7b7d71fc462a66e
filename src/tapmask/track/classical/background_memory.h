// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>

#include "tapmask/core/state_archive.h"
#include "tapmask/motion/global_motion.h"
#include "tapmask/track/classical/working_frame.h"

namespace tapmask {

// Remembers what the background around and behind an object looks like, moved along with the
// camera: a pixel that looks like what was there without the object is not the object.
//
// It is kept exactly in a box around the object. Outside of it the last frame is the memory.
class BackgroundMemory {
 public:
  // Forgets everything; what lies outside `mask` in `frame` is background.
  void Start(const WorkingFrame& frame, const cv::Mat& mask);

  // Moves the memory on to `frame`. Pixels in `flows` are known to be background that the flow
  // follows; the others move with the camera. Only `box` is moved.
  void Move(const WorkingFrame& frame, const Homography& camera, const cv::Mat& flows,
            const cv::Rect& box);

  // How far the pixels of the box last given to Move are from the memory in colour; negative where
  // nothing is remembered. 32F of the box's size, smoothed a little.
  cv::Mat Difference(const WorkingFrame& frame) const;

  // Learns the pixels of the box that are outside `mask` and that `logit` does not suspect to be
  // the object. Outside of the box, which must contain the mask, the frame itself is remembered.
  void Update(const WorkingFrame& frame, const cv::Mat& mask, const cv::Mat& logit);

  void Archive(StateArchive& archive);

 private:
  cv::Rect box_;
  cv::Mat lab_;  // 32FC3
  cv::Mat age_;  // 32F, 0: not known, up to 10.
};

}  // namespace tapmask
