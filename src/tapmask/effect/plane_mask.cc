// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/plane_mask.h"

namespace tapmask {

Mask PlaneMask(const Mask& mask, const Frame& frame, int plane) {
  const PixelFormat& format = frame.format();
  const bool subsampled = plane > 0 && format.model == PixelFormat::Model::kYuv &&
                          (format.chroma_shift_x > 0 || format.chroma_shift_y > 0);
  if (!subsampled) return mask;

  Mask touched(frame.PlaneWidth(plane), frame.PlaneHeight(plane));
  const Rect box = mask.BoundingBox();
  for (int y = box.y; y < box.bottom(); ++y) {
    const uint8_t* from = mask.Row(y);
    uint8_t* to = touched.MutableRow(y >> format.chroma_shift_y);
    for (int x = box.x; x < box.right(); ++x) to[x >> format.chroma_shift_x] |= from[x];
  }
  return touched;
}

}  // namespace tapmask
