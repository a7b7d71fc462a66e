// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/window.h"

#include <algorithm>
#include <cmath>

namespace tapmask {

const Motion* StepFrom(const Window& window, int frame, int direction, MotionKind kind) {
  const int later = direction > 0 ? frame + 1 : frame;
  if (later < 1 || later >= static_cast<int>(window.size())) return nullptr;
  const WindowFrame& at = window[static_cast<size_t>(later)];
  const MotionPair& pair = kind == MotionKind::kFirst ? at.first : at.better;
  const Motion& motion = direction > 0 ? pair.forth : pair.back;
  return motion.Known() ? &motion : nullptr;
}

Sight SightOf(const WindowFrame& frame, const cv::Point2f& p) {
  constexpr float kMargin = 6;  // Places may leave the picture so far, and come back.
  const cv::Size size = frame.small.size();
  const auto is_inside = [&](float margin) {
    return p.x >= -margin && p.y >= -margin && p.x <= static_cast<float>(size.width - 1) + margin &&
           p.y <= static_cast<float>(size.height - 1) + margin;
  };
  if (!is_inside(kMargin)) return Sight::kGone;
  if (!is_inside(0)) return Sight::kHidden;
  const Hole& hole = frame.small.holes[0];
  const Bilinear b(p, size);
  const bool touches =
      hole.At(b.x0, b.y0) || hole.At(b.x1, b.y0) || hole.At(b.x0, b.y1) || hole.At(b.x1, b.y1);
  return touches ? Sight::kHidden : Sight::kSeen;
}

Light LightBetween(const Window& window, int from, int to) {
  Light change{};
  for (int i = std::min(from, to) + 1; i <= std::max(from, to); ++i) {
    for (size_t c = 0; c < change.size(); ++c) {
      change[c] += (from < to ? 1.0f : -1.0f) * window[static_cast<size_t>(i)].light[c];
    }
  }
  return change;
}

float SharpnessBetween(const Window& window, int from, int to) {
  float change = 0;
  for (int i = std::min(from, to) + 1; i <= std::max(from, to); ++i) {
    change += window[static_cast<size_t>(i)].sharpness;
  }
  return std::exp(from < to ? change : -change);
}

}  // namespace tapmask
