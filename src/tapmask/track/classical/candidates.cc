// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/candidates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "tapmask/core/parallel.h"
#include "tapmask/motion/bounding_box.h"
#include "tapmask/track/classical/colour_model.h"
#include "tapmask/track/classical/graph_cut.h"
#include "tapmask/track/classical/region.h"

namespace tapmask {
namespace {

constexpr float kColourWeight = 0.7f;
constexpr float kBorderWeight = 3;  // lambda of the cut, on the full grid.
constexpr float kCoarseFrom = 30;   // sqrt(area) from which the first round is a coarse one.
constexpr float kSeedLogit = 50;
constexpr int kMinArea = 12;            // Grid pixels; about a 7 x 7 spot of a 480 line frame.
constexpr double kMaxShare = 0.6;       // Of the picture.
constexpr double kMaxHoleShare = 0.03;  // Of a candidate.
constexpr double kSameOverlap = 0.95;

// Weights of a box's pixels for learning what is inside and what is around a region.
struct Sides {
  cv::Mat inside;  // CV_32FC1; border pixels, often mixed, count less.
  cv::Mat around;  // CV_32FC1; far pixels count less.
};
constexpr float kFarWeight = 0.3f;
constexpr float kAround = 1.2f;  // "Around", in parts of sqrt(area).

Sides WeighSides(const cv::Mat& distance, float scale) {
  Sides sides{cv::Mat::zeros(distance.size(), CV_32FC1), cv::Mat::zeros(distance.size(), CV_32FC1)};
  for (int y = 0; y < distance.rows; ++y) {
    for (int x = 0; x < distance.cols; ++x) {
      const float d = distance.at<float>(y, x);
      if (d > 0) {
        sides.inside.at<float>(y, x) = std::min(1.0f, 0.3f + d / (0.08f * scale));
      } else {
        sides.around.at<float>(y, x) = -d < kAround * scale ? 1.0f : kFarWeight;
      }
    }
  }
  return sides;
}

// Log odds of each colour cell.
std::array<float, kColourBins> ColourLogits(const TapPicture& picture, const cv::Rect& box,
                                            const Sides& sides) {
  ColourCount inside, around;
  inside.Add(picture.colour_bin(box), sides.inside);
  around.Add(picture.colour_bin, cv::Mat());  // Everything outside the box is far.
  ColourCount box_count;
  box_count.Add(picture.colour_bin(box), cv::Mat());
  around.AddScaled(box_count, -1);
  ColourCount weighted;
  weighted.AddScaled(around, kFarWeight);
  weighted.Add(picture.colour_bin(box), sides.around);

  const auto object = inside.Distribution(), background = weighted.Distribution();
  std::array<float, kColourBins> logits{};
  for (size_t i = 0; i < logits.size(); ++i) {
    logits[i] = std::clamp(std::log(object[i] / background[i]), -3.0f, 3.0f);
  }
  return logits;
}

// A round Gaussian of residual motion.
struct MotionModel {
  cv::Vec2f mean;
  float variance = 1;
};

MotionModel LearnMotion(const cv::Mat& residual, const cv::Mat& believed, const cv::Mat& weight,
                        float noise) {
  const auto each = [&](auto&& visit) {
    for (int y = 0; y < residual.rows; y += 2) {
      for (int x = 0; x < residual.cols; x += 2) {
        if (weight.at<float>(y, x) > kFarWeight + 0.01f && believed.at<uint8_t>(y, x)) {
          visit(residual.at<cv::Vec2f>(y, x));
        }
      }
    }
  };
  MotionModel model;
  int count = 0;
  each([&](const cv::Vec2f& r) { model.mean += r, ++count; });
  if (count > 0) model.mean *= 1.0f / static_cast<float>(count);
  float sum = 0;
  each([&](const cv::Vec2f& r) {
    const cv::Vec2f d = r - model.mean;
    sum += std::min(d.dot(d), 25 * noise * noise);  // A few wild vectors do not decide.
  });
  model.variance = 0.5f * (sum / static_cast<float>(std::max(count, 1)) + noise * noise);
  return model;
}

float MotionLogit(const cv::Vec2f& r, const MotionModel& object, const MotionModel& background) {
  const cv::Vec2f o = r - object.mean, b = r - background.mean;
  const float logit = 0.5f * (b.dot(b) / background.variance - o.dot(o) / object.variance) +
                      std::log(background.variance / object.variance);
  return std::clamp(logit, -2.0f, 2.0f);
}

// Mean over the gaps, CV_32FC1, of the box; motion that cannot be believed says nothing.
cv::Mat MotionLogits(const TapMotion& motion, const cv::Rect& box, const Sides& sides) {
  cv::Mat logits = cv::Mat::zeros(box.size(), CV_32FC1);
  cv::Mat count = cv::Mat::zeros(box.size(), CV_32FC1);
  for (const TapMotion::Gap& gap : motion.gaps) {
    const cv::Mat residual = gap.residual(box), believed = gap.believed(box);
    const MotionModel object = LearnMotion(residual, believed, sides.inside, gap.noise);
    const MotionModel background = LearnMotion(residual, believed, sides.around, gap.noise);
    for (int y = 0; y < box.height; ++y) {
      for (int x = 0; x < box.width; ++x) {
        if (!believed.at<uint8_t>(y, x)) continue;
        logits.at<float>(y, x) += MotionLogit(residual.at<cv::Vec2f>(y, x), object, background);
        count.at<float>(y, x) += 1;
      }
    }
  }
  return logits / cv::max(count, 1);
}

// Where the border may go in a round, in pixels from where it is.
struct Reach {
  float outwards;
  float inwards;
};

// One round. Empty when next to nothing is left.
cv::Mat CutOnce(const TapPicture& picture, const cv::Mat& region, const TapSeeds& seeds,
                const GrowOptions& options, const Reach& reach) {
  const auto scale = std::sqrt(static_cast<float>(cv::countNonZero(region)));
  const int margin = static_cast<int>(std::ceil(std::max(reach.outwards, kAround * scale))) + 2;
  const cv::Rect box = Widened(BoundingBoxOf(region), margin, picture.size());

  const cv::Mat distance = SignedDistance(region(box));
  const Sides sides = WeighSides(distance, scale);
  const auto colour = ColourLogits(picture, box, sides);
  cv::Mat unary = cv::Mat::zeros(box.size(), CV_32FC1);
  if (options.motion_weight > 0 && !picture.motion.gaps.empty()) {
    unary = options.motion_weight * MotionLogits(picture.motion, box, sides);
  }
  const float softness = options.shape_softness * scale;
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      const auto bin = picture.colour_bin.at<uint16_t>(box.y + y, box.x + x);
      unary.at<float>(y, x) += kColourWeight * colour[bin] +
                               std::clamp(distance.at<float>(y, x) / softness, -3.0f, 1.5f);
    }
  }
  const int seed_radius = std::clamp(static_cast<int>(0.15f * scale), 1, 4);
  for (const cv::Point& p : seeds.object) {
    cv::circle(unary, p - box.tl(), seed_radius, cv::Scalar(kSeedLogit), cv::FILLED);
  }
  for (const cv::Point& p : seeds.background) {
    cv::circle(unary, p - box.tl(), seed_radius, cv::Scalar(-kSeedLogit), cv::FILLED);
  }

  cv::Mat domain;
  cv::inRange(distance, -reach.outwards, reach.inwards, domain);
  // In a picture with larger pixels a border has half as many of them, a region a quarter.
  const float border_weight = kBorderWeight / static_cast<float>(picture.pixel);
  const cv::Mat labels = CutGraph(picture.lab(box), unary, domain, region(box), border_weight);
  cv::Mat whole = cv::Mat::zeros(picture.size(), CV_8UC1);
  labels.copyTo(whole(box));
  const cv::Mat kept = PartsHolding(whole, seeds.object);
  return cv::countNonZero(kept) < kMinArea ? cv::Mat() : kept;
}

TapSeeds Halved(const TapSeeds& seeds, const cv::Size& size) {
  TapSeeds halved = seeds;
  for (auto* points : {&halved.object, &halved.background}) {
    for (cv::Point& p : *points) {
      p = {std::min(p.x / 2, size.width - 1), std::min(p.y / 2, size.height - 1)};
    }
  }
  return halved;
}

cv::Mat Ellipse(const cv::Size& size, const cv::Point& centre, double half_width,
                double half_height) {
  cv::Mat shape = cv::Mat::zeros(size, CV_8UC1);
  const auto half = [](double h) { return std::max(1, static_cast<int>(std::lround(h))); };
  cv::ellipse(shape, centre, cv::Size(half(half_width), half(half_height)), 0, 0, 360,
              cv::Scalar(255), cv::FILLED);
  return shape;
}

struct Job {
  cv::Mat start;
  GrowOptions options;
};

// From what moves at the tap, at several thresholds. Without the halo that flow has, colour may
// decide more.
std::vector<Job> JobsFromMotion(const TapPicture& picture, const cv::Point& tap) {
  std::vector<cv::Mat> regions;
  for (const TapMotion::Gap& gap : picture.motion.gaps) {
    for (const float noises : {1.0f, 2.0f, 4.0f}) {
      const cv::Mat region = MovingRegion(gap, noises, tap);
      if (!region.empty()) regions.push_back(region);
    }
  }
  std::vector<Job> jobs;
  for (const cv::Mat& region : WithoutDuplicates(regions, 0.8)) {
    jobs.push_back({region, {2, 1.0f, 0.12f}});
    const cv::Mat core = WithoutHalo(region);
    if (core.at<uint8_t>(tap)) jobs.push_back({PartsHolding(core, {tap}), {2, 0.5f, 0.12f}});
  }
  return jobs;
}

}  // namespace

cv::Mat GrowRegion(const TapPyramid& pyramid, const cv::Mat& start, const TapSeeds& seeds,
                   const GrowOptions& options) {
  constexpr float kAnywhere = 1e6f;
  cv::Mat region = start;
  bool coarse = std::sqrt(static_cast<float>(cv::countNonZero(start))) >= kCoarseFrom;
  bool band = false;  // The last round was a coarse one.
  for (int round = 0; round < options.rounds; ++round) {
    const TapPicture& picture = coarse ? pyramid.half : pyramid.full;
    const cv::Mat from = coarse ? ScaleRegion(region, picture.size()) : region;
    const auto scale = std::sqrt(static_cast<float>(cv::countNonZero(from)));
    const float widest = std::max(15.0f / static_cast<float>(picture.pixel), 0.7f * scale);
    const float band_width = std::max(6.0f, 0.1f * scale);
    const cv::Mat next =
        CutOnce(picture, from, coarse ? Halved(seeds, picture.size()) : seeds, options,
                band ? Reach{band_width, band_width} : Reach{widest, kAnywhere});
    if (next.empty()) break;
    const cv::Mat found =
        coarse ? PartsHolding(ScaleRegion(next, start.size()), seeds.object) : next;
    if (cv::countNonZero(found) < kMinArea) break;
    region = found;
    band = coarse;
    coarse = false;
  }
  return WithoutHoles(region, kMaxHoleShare);
}

std::vector<cv::Mat> WithoutDuplicates(const std::vector<cv::Mat>& regions, double same_overlap) {
  std::vector<cv::Mat> kept;
  for (const cv::Mat& region : regions) {
    const double area = cv::countNonZero(region);
    if (area < kMinArea || area > kMaxShare * region.rows * region.cols) continue;
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const cv::Mat& other) {
      const double other_area = cv::countNonZero(other);
      return std::min(area, other_area) > same_overlap * std::max(area, other_area) &&
             RegionOverlap(region, other) > same_overlap;
    });
    if (!known) kept.push_back(region);
  }
  return kept;
}

std::vector<cv::Mat> GrowCandidates(const TapPyramid& pyramid, const cv::Point& tap, int threads) {
  const TapPicture& picture = pyramid.full;
  std::vector<Job> jobs;
  const bool moves = !picture.motion.gaps.empty();
  const int short_side = std::min(picture.size().width, picture.size().height);
  for (const double radius : {90.0, 60.0, 38.0, 24.0, 15.0, 9.0, 5.0}) {  // Long jobs first.
    if (radius > 0.45 * short_side) continue;
    const cv::Mat disc = Ellipse(picture.size(), tap, radius, radius);
    const cv::Mat upright = Ellipse(picture.size(), tap, 0.7 * radius, 1.5 * radius);
    const cv::Mat lying = Ellipse(picture.size(), tap, 1.5 * radius, 0.7 * radius);
    jobs.push_back({disc, {2, 0.0f, 0.5f}});
    if (moves) jobs.push_back({disc, {2, 1.2f, 0.5f}});
    jobs.push_back({upright, {2, 0.6f, 0.35f}});
    jobs.push_back({lying, {2, 0.6f, 0.35f}});
  }
  for (Job& job : JobsFromMotion(picture, tap)) jobs.push_back(std::move(job));

  std::vector<cv::Mat> grown(jobs.size());
  const TapSeeds seeds{{tap}, {}};
  RunTasks(static_cast<int>(jobs.size()), threads, [&](int i) {
    const auto index = static_cast<size_t>(i);
    grown[index] = GrowRegion(pyramid, jobs[index].start, seeds, jobs[index].options);
  });
  std::vector<cv::Mat> candidates = WithoutDuplicates(grown, kSameOverlap);
  if (candidates.empty()) {  // A tiny picture: all that is left is a spot at the tap.
    const double radius = std::max(1.0, 0.15 * short_side);
    candidates.push_back(Ellipse(picture.size(), tap, radius, radius));
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const cv::Mat& a, const cv::Mat& b) {
    return cv::countNonZero(a) < cv::countNonZero(b);
  });
  return candidates;
}

}  // namespace tapmask
