// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/kernel.h"

#include <algorithm>
#include <cmath>

namespace tapmask {

int BlurKernelSize(const Size& frame) {
  const double size = 99.0 * std::min(frame.width, frame.height) / 1080;
  return std::max(3, 2 * static_cast<int>(size / 2) + 1);
}

Sigma BlurSigma(const Frame& frame, int plane) {
  const int size = BlurKernelSize(frame.size());
  return SigmaInPlane(0.3 * ((size - 1) * 0.5 - 1) + 0.8, frame, plane);
}

Sigma SigmaInPlane(double sigma_px, const Frame& frame, int plane) {
  if (plane == 0) return {sigma_px, sigma_px};
  const PixelFormat& format = frame.format();
  return {sigma_px / (1 << format.chroma_shift_x), sigma_px / (1 << format.chroma_shift_y)};
}

}  // namespace tapmask
