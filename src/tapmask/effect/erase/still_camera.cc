// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/still_camera.h"

#include <algorithm>
#include <array>

#include "tapmask/core/parallel.h"

namespace tapmask {
namespace {

// In working pixels.
constexpr float kMaxShift = 0.3f;  // Of a quarter of the picture, against frame `at`.
constexpr int kStillQuarters = 3;  // Something large may move in the fourth.
constexpr float kMoves = 0.5f;     // Of what does not move, between two frames.

// The first motion, or what is left of it in the better one.
const Motion* AnyStepFrom(const Window& window, int frame, int direction) {
  const Motion* first = StepFrom(window, frame, direction, MotionKind::kFirst);
  return first ? first : StepFrom(window, frame, direction, MotionKind::kBetter);
}

bool StandsStill(const Motion& motion, const cv::Point2f& p) {
  return Length(Bilinear(p, motion.flow.size()).Flow(motion)) <= kMoves;
}

// Up to two sources in one direction.
void FindInDirection(const Window& window, int at, int reach, int direction, const cv::Point& place,
                     Source* sources) {
  const cv::Point2f p = place;
  int found = 0;
  for (int frame = at, step = 1; step <= reach && found < 2; ++step) {
    const Motion* motion = AnyStepFrom(window, frame, direction);
    if (!motion) return;
    frame += direction;
    if (SightOf(window[static_cast<size_t>(frame)], p) != Sight::kSeen) continue;
    const Motion *on = AnyStepFrom(window, frame, direction),
                 *back = AnyStepFrom(window, frame, -direction);
    if ((on && !StandsStill(*on, p)) || (back && !StandsStill(*back, p))) continue;
    sources[found++] = {frame, {0, 0}, 0, 0};
  }
}

}  // namespace

bool IsStill(const Window& window, int at, int reach) {
  for (const int direction : {1, -1}) {
    std::array<cv::Point2f, 4> shift;
    for (int frame = at, step = 1; step <= reach; ++step, frame += direction) {
      const Motion* motion = AnyStepFrom(window, frame, direction);
      if (!motion) break;
      int still = 0;
      for (size_t q = 0; q < shift.size(); ++q) {
        shift[q] += motion->quarters[q];
        still += Length(shift[q]) <= kMaxShift;
      }
      if (still < kStillQuarters) return false;
    }
  }
  return true;
}

HiddenPlaces FindStillSources(const Window& window, int at, int reach, int threads) {
  HiddenPlaces hidden = HiddenPlacesOf(window[static_cast<size_t>(at)]);
  constexpr int kPlaces = 1024;  // Of one task.
  const int count = static_cast<int>(hidden.places.size());
  RunTasks((count + kPlaces - 1) / kPlaces, threads, [&](int task) {
    for (int i = kPlaces * task; i < std::min(count, kPlaces * (task + 1)); ++i) {
      const auto n = static_cast<size_t>(i);
      FindInDirection(window, at, reach, 1, hidden.places[n], &hidden.sources[n][0]);
      FindInDirection(window, at, reach, -1, hidden.places[n], &hidden.sources[n][2]);
    }
  });
  return hidden;
}

}  // namespace tapmask
