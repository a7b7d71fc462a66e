// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>

#include "tapmask/track/classical/appearance.h"
#include "tapmask/track/classical/motion_cue.h"
#include "tapmask/track/classical/prediction.h"
#include "tapmask/track/classical/working_frame.h"

namespace tapmask {

// What speaks for and against every pixel near the predicted object belonging to it.
struct Evidence {
  cv::Mat domain;  // 8U: the pixels near it. The fields below are only filled there.
  cv::Mat logit;   // 32F: the sum of all cues, as log odds. Outside: clearly background.
  cv::Mat first;   // 32F: what the trees of the user's mask say, 0 to 1.
  cv::Mat recent;  // 32F: what the trees of the last frames say.
};

// The pixels near the prediction: inside, or closer than 10 pixels or 0.3 of the object's side.
cv::Mat DomainAround(const cv::Mat& signed_distance, double side);

struct Cues {
  const Prediction& prediction;
  const cv::Mat& signed_distance;  // Of the prediction's mask.
  const cv::Mat& hidden;           // 8U: where parts may come out from behind something.
  const ObjectPlace& place;
  const Appearance& appearance;
  const cv::Mat& residual;  // 32FC2 motion against the background.
  const MotionCue& motion;
  const cv::Mat& memory_difference;  // Of BackgroundMemory, for the pixels of `memory_box`, which
  cv::Rect memory_box;               // contains the domain.
};
// The same result whatever the number of threads.
Evidence GatherEvidence(const Cues& cues, const cv::Mat& domain, const WorkingFrame& frame,
                        int threads);

}  // namespace tapmask
