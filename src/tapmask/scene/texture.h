// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tapmask/scene/canvas.h"

namespace tapmask::scene_internal {

// A place, painted once, that every frame of the camera is cut from. At most some 10 MB.
class Texture {
 public:
  // `paint(canvas)` fills the world rectangle `bounds`. `scale` is in pixels a world unit; it is
  // lowered for very large pictures.
  template <class Paint>
  Texture(const Bounds& bounds, float scale, Paint paint)
      : Texture(bounds, FittingScale(bounds, scale)) {
    Canvas canvas({0, 0, size_.width, size_.height}, origin_, scale_);
    paint(canvas);
    Keep(canvas);
  }

  // Fills the whole canvas with what it shows of the place. Both lie straight in the world, so
  // the cubic interpolation is done for columns and rows one after the other.
  void SampleInto(Canvas& canvas) const;

 private:
  Texture(const Bounds& bounds, float scale);
  static float FittingScale(const Bounds& bounds, float scale);
  void Keep(const Canvas& canvas);

  Vec origin_;
  float scale_;
  Size size_;
  std::vector<uint8_t> rgb_;
};

}  // namespace tapmask::scene_internal
