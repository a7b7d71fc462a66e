// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <opencv2/core/mat.hpp>

#include "tapmask/effect/erase/sources.h"

namespace tapmask {

// Fills the hole of one plane with samples of other frames, joined so that no seams show: what the
// border and neighbouring samples from different frames are apart is spread over the hole (Perez et
// al., 2003, "Poisson image editing").
//
// `target` and `hole` are the plane and its hole; `smooth`, at working size and 8 bit, is what is
// taken as far as the sources are not trusted; `source(frame)` gives plane and hole of another
// frame of the window. The filled samples are written to `target`. Returns 8U, 255 where no source
// had a known sample; those are left as they were.
struct SourcePlane {
  cv::Mat plane;
  Hole hole;
  float light = 0;  // How much brighter the target's frame is, grey levels of the plane.
};
cv::Mat ComposePlane(cv::Mat& target, const Hole& hole, const HiddenPlaces& hidden,
                     const cv::Mat& smooth, const std::function<SourcePlane(int frame)>& source,
                     int max_value);

}  // namespace tapmask
