// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>

namespace tapmask {

// Fills the holes of a field of 1 to 3 floats a pixel with the solution of Laplace's equation whose
// border is what surrounds them; at the picture's border nothing pulls. What lies in the holes
// before is not read. `hole` is 8U of the field's size, anything but 0 is to be filled. Without any
// pixel outside all becomes `otherwise`.
//
// From coarse to fine, with successive over-relaxation on each level.
void FillHarmonic(cv::Mat& field, const cv::Mat& hole, double otherwise = 0);

}  // namespace tapmask
