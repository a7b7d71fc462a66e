// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "tapmask/core/state_archive.h"
#include "tapmask/motion/flow.h"
#include "tapmask/motion/gray_image.h"

namespace tapmask {

// Finds hard cuts: frames whose structure cannot be explained by the frames before.
//
// Each frame is made small and compared with the one before, block by block, after motion is taken
// out by optical flow. A block is explained when flow agrees in both directions and the grey values
// correlate; that does not see changes of light and contrast. A frame of which much less is
// explained than of the frames before begins a new shot, unless shifting the whole picture explains
// it (a fast pan, where flow gives up). Blocks without structure say nothing: a flash or a black
// frame is no cut, and the frame after it is compared with the last one that had structure.
//
// Dissolves and wipes are not cuts. Frames may come in reverse order: a cut is then found at the
// last frame of the earlier shot. A value: a copy goes on from what was seen so far. Not
// thread-safe; same frames, same answers.
class CutDetector {
 public:
  // True when `frame` begins a new shot. The first frame does not.
  bool Next(const GrayImage& frame);

  // How much of the last frame's structure was explained by the one before, 0 to 1.
  double explained_share() const { return explained_share_; }

  void Archive(StateArchive& archive) {
    archive(reference_.width, reference_.height, reference_.samples, usual_share_,
            explained_share_);
  }

 private:
  FlowEstimator flow_;
  GrayImage reference_;     // The last frame with structure, made small.
  double usual_share_ = 1;  // Running mean of the explained share in this shot.
  double explained_share_ = 1;
};

}  // namespace tapmask
