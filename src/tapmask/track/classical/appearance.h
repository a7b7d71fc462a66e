// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <opencv2/core/mat.hpp>

#include "tapmask/track/classical/features.h"
#include "tapmask/track/classical/random.h"
#include "tapmask/track/classical/random_trees.h"

namespace tapmask {

// What one object looks like, against what is around it.
//
// Three forests: `first` learns the mask that the user agreed to and never changes, which keeps
// tracking from drifting; `recent` follows what was found in the last frames; `anywhere` knows
// neither place nor motion and finds an object that was lost.
class Appearance {
 public:
  explicit Appearance(uint64_t seed) : random_(seed) {}

  // Learns a mask that the user gave, 0 or not 0. What earlier calls taught still counts, but less.
  void Learn(const FeatureImages& images, const cv::Mat& mask);

  // Learns that nothing in the picture is the object.
  void LearnAbsence(const FeatureImages& images);

  // Follows what was found: learns `mask` at the pixels where `sure` is set.
  void Follow(const FeatureImages& images, const cv::Mat& residual, const cv::Mat& mask,
              const cv::Mat& sure, const ObjectPlace& place);

  // Forgets what was followed, because it is not known where the object went since.
  void ForgetRecent();

  bool Known() const { return !first_.Empty(); }
  const Forest& first() const { return first_; }
  const Forest& recent() const { return recent_; }
  const Forest& anywhere() const { return anywhere_; }

  void Archive(StateArchive& archive) { archive(random_, given_, first_, recent_, anywhere_); }

 private:
  void GrowFromGiven();
  Samples Sample(const FeatureReader& reader, const cv::Mat& mask, const cv::Mat& allowed,
                 double side, int count);

  Random random_;
  Samples given_;  // From the masks that the user gave.
  Forest first_, recent_, anywhere_;
};

}  // namespace tapmask
