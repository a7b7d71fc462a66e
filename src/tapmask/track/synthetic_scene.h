// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "tapmask/core/image.h"
#include "tapmask/core/mask.h"
#include "tapmask/track/analysis_frame.h"

namespace tapmask {

// Pictures with known truth, for tests.

struct Colour {
  double blue, green, red;
};

// A colour with soft, repeatable speckles of about `grain` pixels; `seed` chooses the pattern,
// (x, y) may be anywhere, also negative.
Colour Texture(const Colour& mean, double contrast, double grain, uint32_t seed, double x,
               double y);

using Painter = std::function<Colour(int x, int y)>;
using Shape = std::function<bool(double x, double y)>;  // Asked at pixel centres.

BgrImage Paint(const Size& size, const Painter& painter);
Mask MaskOf(const Size& size, const Shape& shape);
Shape DiscAt(double x, double y, double radius);

// A reddish textured disc on a greenish textured background.
struct DiscScene {
  Size size{320, 240};
  double x = 160, y = 120, radius = 40;

  AnalysisFrame Frame(int64_t index = 10) const;
  Mask Truth() const { return MaskOf(size, DiscAt(x, y, radius)); }
};

}  // namespace tapmask
