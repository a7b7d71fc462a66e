// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/moving_places.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "tapmask/core/parallel.h"
#include "tapmask/effect/erase/harmonic.h"

namespace tapmask {
namespace {

// In working pixels, and set by hand like the weights of the sources.
constexpr int kLeastSteps = 6;           // A layer that is found for fewer is an accident.
constexpr int kLookedAt = 3;             // Frames that show a place, to both sides.
constexpr float kStepError = 0.2f;       // Of a layer's motion.
constexpr float kTolerance = 0.6f;       // Of what is in sight, off the layer's motion,
constexpr float kToleranceShare = 0.3f;  // or so much of its length.
constexpr float kPlainVote = 0.3f;       // Of a plain surface, for which any motion will do.
constexpr float kDoubt = 1;              // Votes without evidence.
constexpr float kBackgroundWeight =
    0.2f;                         // Of known pixels beside the hole that are not a layer's.
constexpr double kVoteScale = 2;  // Standard deviation of the area that decides together.

// A layer as it is seen from one frame: its number among those before and after the frame.
struct Chain {
  int before = -1, after = -1;
};

const WindowFrame& LaterOf(const Window& window, int frame, int direction) {
  return window[static_cast<size_t>(direction > 0 ? frame + 1 : frame)];
}

// The layer between `frame` and the next one in the direction.
const MovingLayer& LayerOf(const Window& window, int frame, int direction, int number) {
  return LaterOf(window, frame, direction).layers.layers[static_cast<size_t>(number)];
}

int Steps(const Window& window, int frame, int direction, int number) {
  int steps = 0;
  for (; number >= 0 && StepFrom(window, frame, direction, MotionKind::kFirst); ++steps) {
    const MovingLayer& layer = LayerOf(window, frame, direction, number);
    number = direction > 0 ? layer.after : layer.before;
    frame += direction;
  }
  return steps;
}

std::vector<Chain> ChainsAt(const Window& window, int at, int reach) {
  std::vector<Chain> chains;
  const bool has_before = StepFrom(window, at, -1, MotionKind::kFirst),
             has_after = StepFrom(window, at, 1, MotionKind::kFirst);
  if (has_before) {
    const auto& before = LaterOf(window, at, -1).layers.layers;
    for (size_t i = 0; i < before.size(); ++i) {
      chains.push_back({static_cast<int>(i), has_after ? before[i].after : -1});
    }
  }
  if (has_after) {
    const auto& after = LaterOf(window, at, 1).layers.layers;
    for (size_t i = 0; i < after.size(); ++i) {
      if (!has_before || after[i].before < 0) chains.push_back({-1, static_cast<int>(i)});
    }
  }
  std::erase_if(chains, [&](const Chain& chain) {
    const int steps = Steps(window, at, 1, chain.after) + Steps(window, at, -1, chain.before);
    return steps < std::min(kLeastSteps, reach);
  });
  return chains;
}

struct Votes {
  float agree = 0, differ = 0;
};

// Follows a place with a layer; up to two sources that show it become sources[0] and [1].
void FollowLayer(const Window& window, int at, int reach, const Chain& chain, int direction,
                 const cv::Point& place, Source* sources, Votes& votes) {
  const bool forth = direction > 0;
  cv::Point2f p = place;
  int number = forth ? chain.after : chain.before, seen = 0, found = 0;
  for (int frame = at, step = 1; step <= reach && number >= 0 && seen < kLookedAt; ++step) {
    const Motion* motion = StepFrom(window, frame, direction, MotionKind::kFirst);
    if (!motion) return;
    const WindowFrame& later = LaterOf(window, frame, direction);
    const MovingLayer& layer = LayerOf(window, frame, direction, number);
    const Point2f with_camera = motion->camera.Map(p.x, p.y);
    p = cv::Point2f(static_cast<float>(with_camera.x), static_cast<float>(with_camera.y)) +
        AgainstCamera(layer, forth, p);
    frame += direction;
    number = forth ? layer.after : layer.before;
    const WindowFrame& there = window[static_cast<size_t>(frame)];
    const Sight sight = SightOf(there, p);
    if (sight == Sight::kGone) return;
    if (sight == Sight::kHidden) continue;
    ++seen;
    // Does what is in sight move with the layer?
    const Bilinear b(p, there.small.size());
    const cv::Point2f should = AgainstCamera(layer, !forth, p);
    const float off =
        Length(AgainstCamera(forth ? later.first.back : later.first.forth, b, p) - should);
    if (off < std::max(kTolerance, kToleranceShare * Length(should))) {
      const cv::Mat& clear = forth ? later.layers.clear_later : later.layers.clear_earlier;
      votes.agree += clear.at<uint8_t>(b.y0, b.x0) ? 1 : kPlainVote;
      if (found < 2) {
        const float error = kStepError * static_cast<float>(step) + off;
        sources[found++] = {frame, p - cv::Point2f(place), error, 0};
      }
    } else {
      votes.differ += 1;
    }
  }
}

// What a layer shows of hidden places, and how much speaks for each to be its.
struct Candidate {
  std::vector<Sources> sources;
  cv::Mat has_votes;  // 8U
  cv::Mat verdict;    // 32F, -1 to 1.
};

// -1 to 1, as 32F: what is known about each pixel by itself; `weight` is 0 where nothing is.
void CastVotes(const Window& window, int at, int reach, const Chain& chain,
               const HiddenPlaces& hidden, int threads, Candidate& out, cv::Mat& weight) {
  const WindowFrame& here = window[static_cast<size_t>(at)];
  const cv::Size size = hidden.index.size();
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      if (here.small.holes[0].At(x, y)) continue;
      const bool is_before =
          chain.before >= 0 && here.layers.later.at<uint8_t>(y, x) == chain.before + 1;
      const bool is_after =
          chain.after >= 0 &&
          LaterOf(window, at, 1).layers.earlier.at<uint8_t>(y, x) == chain.after + 1;
      const bool is = is_before || is_after;
      out.verdict.at<float>(y, x) = is ? 1 : -1;
      weight.at<float>(y, x) = is ? 1 : kBackgroundWeight;
    }
  }
  constexpr int kPlaces = 256;  // Of one task.
  const int count = static_cast<int>(hidden.places.size());
  RunTasks((count + kPlaces - 1) / kPlaces, threads, [&](int task) {
    for (int i = task * kPlaces; i < std::min(count, (task + 1) * kPlaces); ++i) {
      const cv::Point place = hidden.places[static_cast<size_t>(i)];
      Sources& sources = out.sources[static_cast<size_t>(i)];
      Votes votes;
      FollowLayer(window, at, reach, chain, 1, place, &sources[0], votes);
      FollowLayer(window, at, reach, chain, -1, place, &sources[2], votes);
      const float all = votes.agree + votes.differ;
      if (all == 0) continue;
      out.verdict.at<float>(place) = (votes.agree - votes.differ) / (all + kDoubt);
      weight.at<float>(place) = 1;
    }
  });
}

Candidate Ask(const Window& window, int at, int reach, const Chain& chain,
              const HiddenPlaces& hidden, int threads) {
  const cv::Size size = hidden.index.size();
  Candidate out{std::vector<Sources>(hidden.places.size()), {}, cv::Mat::zeros(size, CV_32F)};
  cv::Mat weight = cv::Mat::zeros(size, CV_32F);
  CastVotes(window, at, reach, chain, hidden, threads, out, weight);
  out.has_votes = weight > 0;
  out.verdict = out.verdict.mul(weight);
  cv::GaussianBlur(out.verdict, out.verdict, cv::Size(), kVoteScale);
  cv::GaussianBlur(weight, weight, cv::Size(), kVoteScale);
  out.verdict /= cv::max(weight, 1e-3f);
  FillHarmonic(out.verdict, out.has_votes == 0, -1);
  return out;
}

bool HasSource(const Sources& sources) {
  return std::any_of(sources.begin(), sources.end(), [](const Source& s) { return s.frame >= 0; });
}

}  // namespace

cv::Mat TakeMovingPlaces(const Window& window, int at, int reach, HiddenPlaces& hidden,
                         int threads) {
  cv::Mat moving, best(hidden.index.size(), CV_32F, cv::Scalar(0));
  for (const Chain& chain : ChainsAt(window, at, reach)) {
    const Candidate candidate = Ask(window, at, reach, chain, hidden, threads);
    for (size_t n = 0; n < hidden.places.size(); ++n) {
      const cv::Point place = hidden.places[n];
      if (candidate.verdict.at<float>(place) <= best.at<float>(place)) continue;
      if (candidate.has_votes.at<uint8_t>(place) && !HasSource(candidate.sources[n])) continue;
      if (moving.empty()) moving = cv::Mat::zeros(best.size(), CV_8U);
      best.at<float>(place) = candidate.verdict.at<float>(place);
      moving.at<uint8_t>(place) = 255;
      hidden.sources[n] = candidate.sources[n];
    }
  }
  return moving;
}

void LeaveCamera(const cv::Mat& moving, HiddenPlaces& hidden) {
  if (moving.empty()) return;
  for (size_t n = 0; n < hidden.places.size(); ++n) {
    Sources& s = hidden.sources[n];
    if (!moving.at<uint8_t>(hidden.places[n])) continue;
    if (s[0].frame >= 0 || s[2].frame >= 0) s[4] = s[5] = {};
  }
}

}  // namespace tapmask
