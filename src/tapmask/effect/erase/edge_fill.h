// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>

namespace tapmask {

// Fills the holes of a picture of 1 to 3 floats a pixel (8-bit grey levels) smoothly, but so that
// edges which lead into a hole go on in it. `hole` is 8U of the picture's size, anything but 0 is
// to be filled; what lies there before is not read. Without any pixel outside all becomes
// `otherwise`.
//
// Anisotropic diffusion: what flows along an edge flows freely, across it hardly. Where edges lie
// and how clear they are says the structure tensor of the known pixels, which is carried into the
// hole harmonically (Weickert, 1999, "Coherence-enhancing diffusion filtering"; Weickert and Welk,
// 2006, "Tensor field interpolation with PDEs"). From coarse to fine.
void FillAlongEdges(cv::Mat& picture, const cv::Mat& hole, double otherwise = 0);

}  // namespace tapmask
