// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/sources.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <opencv2/imgproc.hpp>

#include "tapmask/core/parallel.h"

namespace tapmask {
namespace {

// All in working pixels. Set by hand while looking at clips and holes of the benchmark.
constexpr float kMaxStepError = 4;   // Of one step,
constexpr float kMaxPathError = 8;   // and of all together.
constexpr float kSteady = 0.5f;      // Change of motion against the camera that is no error.
constexpr float kErrorScale = 1.5f;  // e-fold of a source's weight.
constexpr float kFrameScale = 8;     // Frames away at which a source counts half.
constexpr float kColourScale = 50;   // Standard deviation, 8-bit grey levels.
constexpr float kLeastWeight = 0.05f;
constexpr double kTrustScale = 8;  // Standard deviation of the area that trust is taken from.

struct Way {
  int direction;
  bool with_camera;
  int sources;  // How many are looked for.
  int first;    // The number of the first of them.
};

// A place stays on what it is on: background, or something that moves. So its motion against the
// camera hardly changes on the way, and that of what is in sight in the end is the same. A change
// counts as an error of the way.
float ChangeError(const cv::Point2f& usual, const cv::Point2f& now) {
  return std::max(0.0f, Length(now - usual) - kSteady);
}

void Follow(const Window& window, int at, int reach, MotionKind kind, const Way& way,
            const cv::Point& place, Sources& sources) {
  const cv::Size size = window[static_cast<size_t>(at)].small.size();
  cv::Point2f p = place, usual(0, 0);
  float error = 0, change = 0;
  int found = 0, frame = at;
  for (int step = 0; step < reach && found < way.sources; ++step) {
    const Motion* motion = StepFrom(window, frame, way.direction, kind);
    if (!motion) return;
    if (way.with_camera) {
      const Point2f next = motion->camera.Map(p.x, p.y);
      p = {static_cast<float>(next.x), static_cast<float>(next.y)};
    } else {
      const Bilinear here(p, size);
      const cv::Point2f own = AgainstCamera(*motion, here, p);
      const float step_error = here.Error(*motion);
      error += step_error;
      if (step > 0) change = std::max(change, ChangeError(usual, own));
      if (step_error > kMaxStepError || error + change > kMaxPathError) return;
      usual += (own - usual) / static_cast<float>(step + 1);
      p += here.Flow(*motion);
    }
    frame += way.direction;
    const Sight sight = SightOf(window[static_cast<size_t>(frame)], p);
    if (sight == Sight::kGone) return;
    if (sight == Sight::kHidden) continue;
    const Bilinear there(p, size);
    float arrival = change;
    for (const int direction : {way.direction, -way.direction}) {
      const Motion* beyond = StepFrom(window, frame, direction, kind);
      if (!beyond) continue;
      const cv::Point2f own = AgainstCamera(*beyond, there, p);
      arrival = std::max(arrival, ChangeError(usual, direction == way.direction ? own : -own));
    }
    if (error + arrival > kMaxPathError) continue;
    sources[static_cast<size_t>(way.first + found++)] = {frame, p - cv::Point2f(place),
                                                         error + arrival, 0};
  }
}

}  // namespace

HiddenPlaces HiddenPlacesOf(const WindowFrame& frame) {
  const cv::Mat hole = frame.small.holes[0].Whole(frame.small.size());
  HiddenPlaces hidden;
  hidden.index = cv::Mat(hole.size(), CV_32S, cv::Scalar(-1));
  for (int y = 0; y < hole.rows; ++y) {
    for (int x = 0; x < hole.cols; ++x) {
      if (!hole.at<uint8_t>(y, x)) continue;
      hidden.index.at<int>(y, x) = static_cast<int>(hidden.places.size());
      hidden.places.emplace_back(x, y);
    }
  }
  hidden.sources.resize(hidden.places.size());
  return hidden;
}

HiddenPlaces FindSources(const Window& window, int at, int reach, MotionKind kind, int threads) {
  HiddenPlaces hidden = HiddenPlacesOf(window[static_cast<size_t>(at)]);
  const int along_flow = kind == MotionKind::kFirst ? 1 : 2;  // More bring nothing at first.
  constexpr int kPlaces = 256;                                // Of one task.
  const int count = static_cast<int>(hidden.places.size());
  RunTasks((count + kPlaces - 1) / kPlaces, threads, [&](int task) {
    for (int i = kPlaces * task; i < std::min(count, kPlaces * (task + 1)); ++i) {
      const auto n = static_cast<size_t>(i);
      for (const Way& way : {Way{1, false, along_flow, 0},
                             {-1, false, along_flow, 2},
                             {1, true, 1, 4},
                             {-1, true, 1, 5}}) {
        Follow(window, at, reach, kind, way, hidden.places[n], hidden.sources[n]);
      }
    }
  });
  return hidden;
}

namespace {

using Colour = std::array<float, 3>;

// Mean square of the difference, grey levels.
float Apart(const Colour& a, const Colour& b, const Colour& share) {
  float distance = 0;
  for (size_t c = 0; c < 3; ++c) distance += share[c] * (a[c] - b[c]) * (a[c] - b[c]);
  return distance;
}

bool ReadColour(const Picture& picture, const cv::Point2f& p, const Light& light, Colour& colour) {
  for (size_t c = 0; c < picture.planes.size(); ++c) {
    if (!SampleKnown(picture.planes[c], picture.holes[c], p.x, p.y, colour[c])) return false;
    colour[c] += light[c];
  }
  return true;
}

// The weights of one place; returns the colour that they give.
std::optional<Colour> Weigh(const std::array<Colour, kSources>& colours, const Colour& share,
                            Sources& sources) {
  const auto likeness = [&](size_t i, size_t j) {
    return std::exp(-Apart(colours[i], colours[j], share) / (2 * kColourScale * kColourScale));
  };
  size_t mode = kSources;
  float best = 0;
  for (size_t i = 0; i < kSources; ++i) {
    if (sources[i].weight <= 0) continue;
    float support = 0;
    for (size_t j = 0; j < kSources; ++j) support += sources[j].weight * likeness(i, j);
    if (support > best) best = support, mode = i;
  }
  if (mode == kSources) return std::nullopt;
  float kept = 0;
  for (size_t i = 0; i < kSources; ++i) kept += sources[i].weight *= likeness(i, mode);
  const float least = kLeastWeight * kept;
  kept = 0;
  for (Source& s : sources) kept += s.weight = s.weight < least ? 0 : s.weight;
  Colour mean{};
  for (size_t i = 0; i < kSources; ++i) {
    sources[i].weight /= kept;
    if (sources[i].weight <= 0) sources[i].frame = -1;
    for (size_t c = 0; c < 3; ++c) mean[c] += sources[i].weight * colours[i][c];
  }
  return mean;
}

// Blurs by kTrustScale, at half the size, where less is to be done.
void SpreadWidely(cv::Mat& values) {
  cv::Mat small;
  cv::resize(values, small, cv::Size((values.cols + 1) / 2, (values.rows + 1) / 2), 0, 0,
             cv::INTER_AREA);
  cv::GaussianBlur(small, small, cv::Size(), kTrustScale / 2);
  cv::resize(small, values, values.size(), 0, 0, cv::INTER_LINEAR);
}

// What speaks against a copy: earlier and later sources differ (`noise`; negative: there are not
// both) against what the copy differs from the smooth fill (`signal`; square grey levels), the way
// may be off, the source is far, and the copy is very different. The better by, if at all, is said
// by a logistic function.
struct Trust {
  float at_best, noise, lone, error, distance, signal;

  float For(float noise_seen, float signal_seen, float way_error, float frames) const {
    // Beyond kMostSignal a copy is as likely something bright or dark as something wrong.
    constexpr float kMostNoise = 3, kMostError = 8, kMostSignal = 3000;
    const float against_noise =
        noise_seen < 0
            ? lone
            : noise * std::sqrt(std::min(noise_seen / std::max(signal_seen, 1e-3f), kMostNoise));
    const float against = against_noise + error * std::sqrt(std::min(way_error, kMostError)) +
                          distance * std::log(frames) +
                          signal * (std::log(std::min(signal_seen, kMostSignal) + 10) - 5);
    return 1 / (1 + std::exp(against - at_best));
  }
};
// Fitted by least error on two of three seeds of the stationary holes of the benchmark; each clip
// with the weights of the 13 others lies 0.15 dB below.
constexpr Trust kTrustForms{6.24f, 1.28f, 0.73f, 0.97f, 0.88f, 0.82f};
constexpr Trust kTrustDetail{7.23f, 3.47f, 0.79f, 1.93f, 1.43f, 0.72f};

// Where the camera stands still no way is off: what was in sight in this very place is what is
// there, unless it changes all the time (as with James and Stein).
float TrustInSamePlace(float noise, float signal) {
  constexpr float kNoiseShare = 0.7f, kLeast = 0.3f;
  if (noise < 0) return 1;
  return std::clamp(1 - kNoiseShare * noise / std::max(signal, 1e-3f), kLeast, 1.0f);
}

}  // namespace

double WeighSources(const Window& window, int at, bool is_yuv, HiddenPlaces& hidden) {
  const Picture& here = window[static_cast<size_t>(at)].small;
  const size_t channels = here.planes.size();
  Colour share{1, 0, 0};
  if (channels == 3) share = is_yuv ? Colour{0.43f, 0.285f, 0.285f} : Colour{0.33f, 0.33f, 0.33f};
  std::vector<Light> light;      // Of this frame, against all of the window.
  std::vector<float> sharpness;  // The same.
  for (int i = 0; i < static_cast<int>(window.size()); ++i) {
    light.push_back(LightBetween(window, i, at));
    sharpness.push_back(SharpnessBetween(window, i, at));
  }
  // Of what earlier and later sources differ, and of what the place differs from a smooth fill.
  cv::Mat noise = cv::Mat::zeros(here.size(), CV_32F), noise_at = noise.clone();
  cv::Mat signal = noise.clone(), signal_at = noise.clone();
  for (size_t n = 0; n < hidden.places.size(); ++n) {
    Sources& sources = hidden.sources[n];
    const cv::Point place = hidden.places[n];
    std::array<Colour, kSources> colours{};
    for (size_t i = 0; i < kSources; ++i) {
      Source& s = sources[i];
      if (s.frame < 0) continue;
      const cv::Point2f p = cv::Point2f(place) + s.shift;
      const auto frame = static_cast<size_t>(s.frame);
      if (!ReadColour(window[frame].small, p, light[frame], colours[i])) {
        s.frame = -1;
        continue;
      }
      const auto frames = static_cast<float>(std::abs(s.frame - at));
      s.weight = std::exp(-s.error / kErrorScale) / (1 + frames / kFrameScale) + 1e-9f;
    }
    for (const auto& [later, earlier] : {std::pair{0, 2}, {4, 5}}) {
      const auto i = static_cast<size_t>(later), j = static_cast<size_t>(earlier);
      if (sources[i].frame < 0 || sources[j].frame < 0) continue;
      noise.at<float>(place) += 0.5f * Apart(colours[i], colours[j], share);
      noise_at.at<float>(place) += 1;
    }
    const std::optional<Colour> mean = Weigh(colours, share, sources);
    if (!mean) continue;
    Colour smooth{};
    for (size_t c = 0; c < channels; ++c) smooth[c] = here.planes[c].at<uint8_t>(place);
    signal.at<float>(place) = Apart(*mean, smooth, share);
    signal_at.at<float>(place) = 1;
  }
  for (cv::Mat* m : {&noise, &noise_at, &signal, &signal_at}) SpreadWidely(*m);
  hidden.trust = cv::Mat(here.size(), CV_32FC2, cv::Scalar::all(1));
  double sum = 0, places = 0;
  for (size_t n = 0; n < hidden.places.size(); ++n) {
    const cv::Point place = hidden.places[n];
    float error = kMaxPathError, frames = 0, detail = 0;
    bool in_same_place = true;
    for (const Source& s : hidden.sources[n]) {
      if (s.frame < 0) continue;
      // What is sharp there and is blurred here, since the camera swings, shows too much.
      detail += s.weight * std::min(1.0f, sharpness[static_cast<size_t>(s.frame)]);
      const auto away = static_cast<float>(std::abs(s.frame - at));
      error = std::min(error, s.error);
      in_same_place = in_same_place && s.shift == cv::Point2f(0, 0);
      frames = frames > 0 ? std::min(frames, away) : away;
    }
    if (frames == 0) continue;  // No source.
    const float noises = noise_at.at<float>(place);
    const float v = noises > 1e-3f ? noise.at<float>(place) / noises : -1;
    const float s = signal.at<float>(place) / signal_at.at<float>(place);
    const float trust =
        in_same_place ? TrustInSamePlace(v, s) : kTrustForms.For(v, s, error, frames);
    const float fine = in_same_place ? trust : kTrustDetail.For(v, s, error, frames);
    hidden.trust.at<cv::Vec2f>(place) = {trust, detail * fine};
    sum += trust, ++places;
  }
  return places > 0 ? sum / places : 1;
}

}  // namespace tapmask
