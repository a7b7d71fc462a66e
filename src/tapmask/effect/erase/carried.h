// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include <opencv2/core/mat.hpp>

#include "tapmask/effect/erase/sources.h"

namespace tapmask {

// The frame that came out last, from which is carried on what was in sight long ago, further away
// than the window reaches: only what moved there as it moves here, was copied from where it was
// surely in sight, and has nothing that was made up within the reach of the sampler. What is
// `not_carried` (HiddenPlaces) in either of both frames is left as well.
class CarriedFrame {
 public:
  // Fills what it can of `missing` (8U, of the plane's size) in a plane of window[at], the frame
  // after it, and takes that out of `missing`. May be called for several planes at once.
  void Fill(const Window& window, int at, int plane, const cv::Mat& not_carried, cv::Mat& target,
            cv::Mat& missing) const;

  // Frame `erased` came out for window frame `at`, where nothing had to be filled,
  void Remember(const Frame& erased, const WindowFrame& at);
  // or something was; `made_up`: which samples of its first plane no other frame showed.
  void Remember(const Frame& erased, const WindowFrame& at, const HiddenPlaces& hidden,
                const cv::Mat& made_up);

  bool HasMadeUp() const { return !made_up_.empty(); }

  // All but the frame itself, which is set when it was restored.
  void Archive(StateArchive& archive) { archive(holes_, made_up_, uncertain_); }
  void SetFrame(Frame frame) { frame_ = std::move(frame); }

 private:
  Frame frame_;
  std::vector<Hole> holes_;  // What in it is still to be seen, where it was not erased.
  cv::Mat made_up_;          // 8U at working size, and around it,
  cv::Mat uncertain_;        // and what may be wrong. Empty: nothing.
};

}  // namespace tapmask
