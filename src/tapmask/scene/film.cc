// SPDX-License-Identifier: Apache-2.0
#include "tapmask/scene/film.h"

#include "tapmask/scene/background.h"

namespace tapmask::scene_internal {
namespace {

constexpr double kWalkSeconds = 5.3;  // Once across the picture.
constexpr double kWalkFrom = 0.25, kWalkTo = 0.84;
constexpr double kTurnSeconds = 0.4;
constexpr double kMostWidth = 2160;  // World units across a very wide picture.

// There and back: 0 at 0, 1 at 1, 0 at 2, and so on.
double Triangle(double t) {
  const double r = t - 2 * std::floor(t / 2);
  return r <= 1 ? r : 2 - r;
}

}  // namespace

Film::Film(const SceneOptions& options)
    : options_(options),
      unit_px_(std::max(options.height / 540.0, options.width / kMostWidth)),
      width_(options.width / unit_px_),
      height_(options.height / unit_px_) {
  if (!options.occluder) return;
  // Where the figure comes by at three fifths of its first walk, but clear of its first place.
  const double film_seconds = (options.frames - 1) / options.frames_per_second;
  const double meet = 0.6 * std::min(kWalkSeconds, film_seconds);
  const double share = film_seconds > 0 ? meet / film_seconds : 0;
  const double at = kWalkFrom + (kWalkTo - kWalkFrom) * meet / kWalkSeconds;
  post_x_ =
      std::max(options.still ? WorldX(0.62, 0) : WorldX(at, share), WorldX(kWalkFrom, 0) + 82);
}

double Film::Seconds(int frame) const {
  return options_.still ? 0 : frame / options_.frames_per_second;
}

double Film::Share(int frame) const {
  if (options_.still || options_.frames < 2) return 0;
  return static_cast<double>(frame) / (options_.frames - 1);
}

Film::Camera Film::SteadyCamera(double share) const {
  const double zoom = 1 + (options_.zoom - 1) * share;
  const double tall = std::min(height_ / 540, 1.0);
  const double x = width_ / 2 + options_.pan_px * share;
  const double y = 332 + (270 - 332) * tall;  // A very low picture looks at the figure's chest.
  return {{static_cast<float>(x - width_ / 2 / zoom), static_cast<float>(y - height_ / 2 / zoom)},
          static_cast<float>(unit_px_ * zoom)};
}

Film::Camera Film::CameraAt(int frame) const {
  Camera camera = SteadyCamera(Share(frame));
  if (options_.still || options_.shake_px == 0) return camera;
  const auto t = static_cast<float>(Seconds(frame));
  // Two scales of noise; 2.0 makes its standard deviation 1.
  const auto shake = [&](uint64_t axis) {
    const float slow = ValueNoise(options_.seed + 71 + axis, t * 2.6f, 0.5f);
    const float fast = ValueNoise(options_.seed + 81 + axis, t * 6.5f, 0.5f);
    return 2.0f * (0.86f * slow + 0.5f * fast) * static_cast<float>(options_.shake_px);
  };
  camera.origin = camera.origin + Vec{shake(0), shake(1)};
  return camera;
}

Bounds Film::Shown() const {
  Bounds all{1e9f, 1e9f, -1e9f, -1e9f};
  const auto margin = static_cast<float>(4 * options_.shake_px + 8);
  for (int i = 0; i <= 8; ++i) {
    const Camera camera = SteadyCamera(options_.still ? 0 : i / 8.0);
    const Vec far = camera.origin +
                    Vec{static_cast<float>(options_.width), static_cast<float>(options_.height)} *
                        (1 / camera.scale);
    all = {std::min(all.x0, camera.origin.x - margin), std::min(all.y0, camera.origin.y - margin),
           std::max(all.x1, far.x + margin), std::max(all.y1, far.y + margin)};
  }
  return all;
}

float Film::LargestScale() const {
  return static_cast<float>(unit_px_ * (options_.still ? 1.0 : std::max(1.0, options_.zoom)));
}

bool Film::IsOtherPlace(int frame) const {
  return options_.cut_frame > 0 && frame >= options_.cut_frame &&
         frame - options_.cut_frame < options_.cut_frame;
}

float Film::LightAt(int frame) const {
  const double dim = 0.5 - 0.5 * Cosine(Share(frame));
  return static_cast<float>(1 - options_.light_change * dim);
}

float Film::WorldX(double at, double share) const {
  const Camera camera = SteadyCamera(share);
  return camera.origin.x + static_cast<float>(at * options_.width) / camera.scale;
}

Film::Walk Film::WalkAt(double seconds, double share) const {
  if (options_.leaves) {
    // Out to the left until two fifths of the film, back in from three fifths on.
    const double gone = -(100 * std::max(1.0, options_.zoom) + 3 * options_.shake_px) / width_;
    const double out = std::min(share / 0.42, 1.0), back = std::max((share - 0.58) / 0.42, 0.0);
    const double left = kWalkFrom + (gone - kWalkFrom) * out;
    return {left + (kWalkFrom - gone) * back, share < 0.5 ? -1.0 : 1.0};
  }
  const double at = Triangle(seconds / kWalkSeconds);
  // Turns around while it is near an end: narrow, but never as thin as a sheet.
  const double since = seconds / kWalkSeconds;
  const double end = std::floor(since + 0.5);
  const double near_end = (since - end) * kWalkSeconds / kTurnSeconds;
  double facing = static_cast<int64_t>(std::floor(since)) % 2 == 0 ? 1 : -1;
  if (end > 0 && std::abs(near_end) < 1) {
    const double after = static_cast<int64_t>(end) % 2 == 0 ? 1 : -1;
    facing = near_end < 0 ? std::min(-0.3, Sine(near_end / 4)) : std::max(0.3, Sine(near_end / 4));
    facing *= after;
  }
  return {kWalkFrom + (kWalkTo - kWalkFrom) * at, facing};
}

Pose Film::FigureAt(int frame) const {
  const double share = Share(frame);
  const Walk walk = WalkAt(Seconds(frame), share);
  Pose pose;
  pose.foot = {WorldX(walk.at, share), kFigureGround};
  pose.facing = static_cast<float>(walk.facing);
  // The feet stay where they are put: the phase follows the way. Only after a turn, when the
  // camera's own way has another sign, it follows the time.
  const auto turns = [&](float x) {
    return static_cast<double>(x - WorldX(kWalkFrom, 0)) / kStride;
  };
  const double walks = Seconds(frame) / kWalkSeconds;
  if (options_.leaves) {
    pose.phase = walk.facing * turns(pose.foot.x);
  } else if (walks <= 1) {
    pose.phase = turns(pose.foot.x);
  } else {
    const double share_at_turn =
        kWalkSeconds * options_.frames_per_second / std::max(options_.frames - 1, 1);
    pose.phase = turns(WorldX(kWalkTo, share_at_turn)) +
                 (walks - 1) * (kWalkTo - kWalkFrom) * width_ / kStride;
  }
  pose.phase += 0.2;
  return pose;
}

std::optional<Ball> Film::BallAt(int frame) const {
  if (options_.second_object == 0) return std::nullopt;
  const double at = 0.90 - 0.80 * Triangle(Seconds(frame) / 5.2);
  const Vec centre{WorldX(at, Share(frame)), kBallGround - kBallRadius};
  return Ball{centre, static_cast<double>(centre.x) / (6.283185307179586 * kBallRadius)};
}

}  // namespace tapmask::scene_internal
