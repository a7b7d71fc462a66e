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

// Half the size, rounded up: the mean of the known pixels of each 2 x 2 cell. A cell without any is
// a hole of `small_hole` (8U, 0 or 255).
void HalveKnown(const cv::Mat& field, const cv::Mat& hole, cv::Mat& small, cv::Mat& small_hole);

}  // namespace tapmask
