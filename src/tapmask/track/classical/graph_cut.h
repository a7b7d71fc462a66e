// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>

namespace tapmask {

// Splits pixels into object and background by a minimum cut: the labels that minimise
//
//   sum over object pixels of -logit / 2, over background pixels of +logit / 2
//   + sum over pairs of 8-neighbours with different labels of
//     lambda * {1 straight, 0.71 diagonal} * (0.05 + exp(-beta * |Lab difference|^2))
//
// so a border is cheap where the colour changes. beta is 1 / (2 * the mean squared difference of
// neighbours) in the bounding box of `domain`, which makes "a change" relative to the picture.
//
// lab8uc3   8-bit Lab.
// unary32f  Log odds that a pixel belongs to the object. Beyond +-1000 they count as +-1000.
// domain8u  Pixels that are free to choose; the others have the label of `fixed8u` and pull at
//           their neighbours like any other pixel.
// fixed8u   0 or not 0; only read outside the domain.
//
// All of one size. Returns 0 or 255 a pixel. Weights are multiples of 2^-10, so that sums are
// exact and the labels the same everywhere. Costs time in proportion to the domain, not the image.
cv::Mat CutGraph(const cv::Mat& lab8uc3, const cv::Mat& unary32f, const cv::Mat& domain8u,
                 const cv::Mat& fixed8u, float lambda);

}  // namespace tapmask
