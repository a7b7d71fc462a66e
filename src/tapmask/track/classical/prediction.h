// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <opencv2/core/mat.hpp>

#include "tapmask/track/classical/appearance.h"
#include "tapmask/track/classical/working_frame.h"

namespace tapmask {

// Where an object should be in a frame, before its pixels were looked at.
struct Prediction {
  cv::Mat probability;        // 32F
  cv::Mat trust;              // 32F: how far the probability is to be believed, 0 to 1.
  cv::Mat mask;               // 8U: probability > 0.5.
  int area = 0;               // Of the mask.
  double flow_agreement = 0;  // Mean consistency of the flow inside the mask.
};

// Carries `probability` of the frame before along the flow.
Prediction FollowFlow(const cv::Mat& probability, const WorkingFrame& frame);

// True when the flow lost the object: it is inconsistent inside, or much of the object vanished.
bool FlowFailed(const Prediction& prediction, int area_before);

// Looks for the object as it was in the frame before, unturned, in the surroundings, and mixes what
// it finds into the prediction where the flow is not consistent. Finds motion too fast for flow.
void SearchTemplate(const cv::Mat& mask_before, const cv::Mat& probability_before,
                    const WorkingFrame& before, const WorkingFrame& frame, Prediction& prediction);

// Looks for the object in the whole frame, knowing only its colours and textures.
// `usual_area`: pixels it had before. `place`: where it was last.
struct Sighting {
  std::optional<Prediction> found;
  bool suspicion = false;  // Something is there that could be it, even if nothing was found.
};
Sighting SearchEverywhere(const Appearance& appearance, const WorkingFrame& frame,
                          const ObjectPlace& place, double usual_area);

}  // namespace tapmask
