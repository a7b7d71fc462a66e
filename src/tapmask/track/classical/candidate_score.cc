// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/candidate_score.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <opencv2/imgproc.hpp>

#include "tapmask/core/parallel.h"
#include "tapmask/motion/bounding_box.h"
#include "tapmask/track/classical/colour_model.h"
#include "tapmask/track/classical/region.h"

namespace tapmask {
namespace {

constexpr float kStrongEdge = 1.5f;    // In mean edges of the picture.
constexpr float kMoving = 1.5f;        // In noises.
constexpr double kRing = 0.25;         // "Just around", in parts of sqrt(area).
constexpr float kSharpness = 10;       // How fast likelihood falls with the score.
constexpr float kOverlapWorth = 0.3f;  // Of the expected IoU with the truth, in scores,
constexpr float kCoverWorth = 0.3f;    // and of the expected share of the truth that is covered.
constexpr float kSameThing = 0.85f;    // An alternative must overlap less than this.

cv::Mat DiscKernel(int radius) {
  return cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * radius + 1, 2 * radius + 1});
}

// The region, and what is around it, cut to a box with some room.
struct Cutout {
  cv::Rect box;
  cv::Mat region;
  cv::Mat ring;
};

Cutout CutOut(const cv::Mat& region) {
  const double scale = std::sqrt(static_cast<double>(cv::countNonZero(region)));
  const int width = std::max(3, static_cast<int>(kRing * scale));
  Cutout cutout;
  cutout.box = Widened(BoundingBoxOf(region), width + 1, region.size());
  cutout.region = region(cutout.box);
  cv::Mat wide;
  cv::dilate(cutout.region, wide,
             cv::getStructuringElement(cv::MORPH_RECT, {2 * width + 1, 2 * width + 1}));
  cutout.ring = wide - cutout.region;
  return cutout;
}

void LookAtBorder(const TapPicture& picture, const Cutout& cutout, CandidateLook& look) {
  cv::Mat inner, edge;
  cv::erode(cutout.region, inner, DiscKernel(1));
  cv::dilate(picture.edge(cutout.box), edge, DiscKernel(1));
  const cv::Size size = picture.size();
  int border = 0, strong = 0, at_frame = 0;
  for (int y = 0; y < cutout.box.height; ++y) {
    for (int x = 0; x < cutout.box.width; ++x) {
      if (!cutout.region.at<uint8_t>(y, x)) continue;
      const int fx = x + cutout.box.x, fy = y + cutout.box.y;
      const bool frame = fx == 0 || fy == 0 || fx == size.width - 1 || fy == size.height - 1;
      if (frame) {
        ++at_frame;
      } else if (!inner.at<uint8_t>(y, x)) {
        ++border;
        strong += edge.at<float>(y, x) > kStrongEdge * picture.mean_edge;
      }
    }
  }
  look.strong_edge = static_cast<float>(strong) / static_cast<float>(std::max(border, 1));
  look.frame_border = static_cast<float>(at_frame) / static_cast<float>(border + at_frame);
}

void LookAtColour(const TapPicture& picture, const Cutout& cutout, CandidateLook& look) {
  ColourCount inside, around;
  for (int y = 0; y < cutout.box.height; ++y) {
    for (int x = 0; x < cutout.box.width; ++x) {
      const int bin = picture.colour_bin.at<uint16_t>(y + cutout.box.y, x + cutout.box.x);
      if (cutout.region.at<uint8_t>(y, x)) inside.Add(bin, 1);
      if (cutout.ring.at<uint8_t>(y, x)) around.Add(bin, 1);
    }
  }
  look.colour_overlap = Intersection(inside.Distribution(), around.Distribution());
}

void LookAtMotion(const std::vector<MovingThing>& moving, const cv::Mat& region,
                  CandidateLook& look) {
  if (moving.empty()) return;
  const auto share = [](const cv::Mat& part, const cv::Mat& whole) {
    return cv::countNonZero(part & whole) / std::max(1.0, double(cv::countNonZero(whole)));
  };
  // Over far distances in time less of a thing that bends can be followed, so what must be covered
  // is the most of it that was seen moving.
  const auto most = std::max_element(
      moving.begin(), moving.end(), [](const MovingThing& one, const MovingThing& other) {
        return cv::countNonZero(one.core) < cv::countNonZero(other.core);
      });
  const double recall = share(region, most->core);
  double precision = 0;
  for (const MovingThing& thing : moving) precision += share(thing.region, region & thing.believed);
  precision /= static_cast<double>(moving.size());
  look.moving_match = static_cast<float>(2 * precision * recall / (precision + recall + 1e-6));
}

void LookAtDepth(const Cutout& cutout, const cv::Point& tap, CandidateLook& look) {
  cv::Mat padded, depth;  // The frame's border is a border here.
  cv::copyMakeBorder(cutout.region, padded, 1, 1, 1, 1, cv::BORDER_CONSTANT, cv::Scalar(0));
  cv::distanceTransform(padded, depth, cv::DIST_L2, 3);
  double deepest = 0;
  cv::minMaxLoc(depth, nullptr, &deepest);
  const cv::Point in_cutout = tap - cutout.box.tl() + cv::Point(1, 1);
  if (cv::Rect(0, 0, padded.cols, padded.rows).contains(in_cutout) && deepest > 0) {
    look.tap_depth = depth.at<float>(in_cutout) / static_cast<float>(deepest);
  }
}

}  // namespace

std::vector<MovingThing> WhatMovesAt(const cv::Point& tap, const TapMotion& motion) {
  std::vector<MovingThing> moving;
  for (const TapMotion::Gap& gap : motion.gaps) {
    const cv::Mat region = MovingRegion(gap, kMoving, tap);
    if (region.empty()) continue;
    const cv::Mat core = WithoutHalo(region);
    moving.push_back({region, cv::countNonZero(core) > 0 ? core : region, gap.believed});
  }
  return moving;
}

CandidateLook LookAtCandidate(const TapPicture& picture, const std::vector<MovingThing>& moving,
                              const cv::Mat& region, const cv::Point& tap) {
  CandidateLook look;
  const Cutout cutout = CutOut(region);
  look.area =
      static_cast<float>(cv::countNonZero(region)) / static_cast<float>(region.rows * region.cols);
  if (look.area == 0) return look;
  LookAtBorder(picture, cutout, look);
  LookAtColour(picture, cutout, look);
  LookAtMotion(moving, region, look);
  LookAtDepth(cutout, tap, look);
  return look;
}

float ScoreOf(const CandidateLook& look) {
  float score = 0;
  score += 0.30f * look.strong_edge;
  score -= 0.30f * look.colour_overlap;
  score -= 0.30f * look.frame_border;  // Background runs out of the picture.
  score += 0.40f * look.moving_match;
  score += 0.10f * look.tap_depth;  // People tap the middle.
  // People tap things, not specks of them, and rarely what fills the picture. Things of half a
  // percent are small already; smaller ones are no less likely.
  score -= 0.08f * std::log(std::max(0.03f / std::max(look.area, 0.005f), 1.0f));
  score -= 0.60f * std::max(look.area - 0.25f, 0.0f);
  return score;
}

float Ranking::ExpectedOverlap(size_t i) const {
  float sum = 0;
  for (size_t j = 0; j < likelihood.size(); ++j) sum += likelihood[j] * overlap[i][j];
  return sum;
}

float Ranking::ExpectedCover(size_t i) const {
  float sum = 0;
  for (size_t j = 0; j < likelihood.size(); ++j) sum += likelihood[j] * cover[i][j];
  return sum;
}

Ranking Rank(const TapPicture& picture, std::span<const cv::Mat> regions, const cv::Point& tap,
             int threads) {
  const size_t count = regions.size();
  const std::vector<MovingThing> moving = WhatMovesAt(tap, picture.motion);
  Ranking ranking;
  ranking.score.resize(count);
  ranking.overlap.assign(count, std::vector<float>(count, 1.0f));
  ranking.cover = ranking.overlap;
  std::vector<float> area;
  area.reserve(count);
  for (const cv::Mat& region : regions) {
    area.push_back(std::max(1.0f, static_cast<float>(cv::countNonZero(region))));
  }
  RunTasks(static_cast<int>(count), threads, [&](int task) {
    const auto i = static_cast<size_t>(task);
    ranking.score[i] = ScoreOf(LookAtCandidate(picture, moving, regions[i], tap));
    for (size_t j = 0; j < i; ++j) {
      const auto both = static_cast<float>(cv::countNonZero(regions[i] & regions[j]));
      ranking.overlap[i][j] = ranking.overlap[j][i] = both / (area[i] + area[j] - both);
      ranking.cover[i][j] = both / area[j];
      ranking.cover[j][i] = both / area[i];
    }
  });

  const float top = *std::max_element(ranking.score.begin(), ranking.score.end());
  float sum = 0;
  for (const float s : ranking.score) {
    ranking.likelihood.push_back(std::exp(kSharpness * (s - top)));
    sum += ranking.likelihood.back();
  }
  for (float& l : ranking.likelihood) l /= sum;
  return ranking;
}

size_t Best(const Ranking& ranking) {
  size_t best = 0;
  float best_value = -1e9f;
  for (size_t i = 0; i < ranking.score.size(); ++i) {
    const float value = ranking.score[i] + kOverlapWorth * ranking.ExpectedOverlap(i) +
                        kCoverWorth * ranking.ExpectedCover(i);
    if (value > best_value) best = i, best_value = value;
  }
  return best;
}

std::vector<size_t> Alternatives(const Ranking& ranking, size_t chosen, size_t count) {
  std::vector<size_t> picked{chosen};
  while (picked.size() <= count) {
    std::vector<float> covered(ranking.score.size(), 0.0f);
    for (size_t j = 0; j < covered.size(); ++j) {
      for (const size_t p : picked) covered[j] = std::max(covered[j], ranking.overlap[p][j]);
    }
    size_t best = covered.size();
    float best_gain = 0;
    for (size_t i = 0; i < covered.size(); ++i) {
      if (covered[i] > kSameThing) continue;
      float gain = 0;
      for (size_t j = 0; j < covered.size(); ++j) {
        gain += ranking.likelihood[j] * std::max(0.0f, ranking.overlap[i][j] - covered[j]);
      }
      if (gain > best_gain) best = i, best_gain = gain;
    }
    if (best == covered.size()) break;
    picked.push_back(best);
  }
  return {picked.begin() + 1, picked.end()};
}

float ConfidenceOf(const Ranking& ranking, size_t i) {
  // Fitted on taps on made-up films by bench/tap_confidence: likely candidates that agree say more
  // than a good look.
  const float logit = 1.8f * ranking.score[i] + 6.4f * ranking.ExpectedOverlap(i) - 2.9f;
  return 1 / (1 + std::exp(-logit));
}

}  // namespace tapmask
