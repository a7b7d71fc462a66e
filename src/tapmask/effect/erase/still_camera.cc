// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/still_camera.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tapmask/core/parallel.h"

namespace tapmask {
namespace {

constexpr float kMaxShift = 0.3f;  // Working pixels, of the corners against frame `at`,
constexpr float kMoves = 0.5f;     // and of what does not move, between two frames.

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
  const cv::Size size = window[static_cast<size_t>(at)].small.size();
  const auto right = static_cast<double>(size.width - 1),
             bottom = static_cast<double>(size.height - 1);
  for (const int direction : {1, -1}) {
    std::array<Point2f, 4> start{{{0, 0}, {right, 0}, {0, bottom}, {right, bottom}}};
    std::array<Point2f, 4> corners = start;
    for (int frame = at, step = 1; step <= reach; ++step, frame += direction) {
      const Motion* motion = AnyStepFrom(window, frame, direction);
      if (!motion) break;
      for (size_t i = 0; i < corners.size(); ++i) {
        corners[i] = motion->camera.Map(corners[i].x, corners[i].y);
        if (std::hypot(corners[i].x - start[i].x, corners[i].y - start[i].y) > kMaxShift) {
          return false;
        }
      }
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
