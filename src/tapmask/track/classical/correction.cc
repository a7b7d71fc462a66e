// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/correction.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <opencv2/imgproc.hpp>

#include "tapmask/core/parallel.h"
#include "tapmask/track/classical/candidate_score.h"
#include "tapmask/track/classical/region.h"

namespace tapmask {
namespace {

// Worth in scores: of the expected IoU with the truth, and of the expected share of it that is
// covered. Who says "not this" sees that too much is covered already.
constexpr float kCorrectionOverlapWorth = 0.5f;
constexpr float kCorrectionCoverWorth = 0.4f, kCoverWorthOfNotThis = 0.1f;
constexpr float kStay = 0.1f;                  // Worth of IoU with the mask before.
constexpr float kNewBorder = 0.3f;             // Worth of a new border that lies on strong edges.
constexpr float kCorrectionStrongEdge = 1.5f;  // In mean edges of the picture.
constexpr double kSameEdit = 0.97;

// The share of the border that `edit` has and `current` has not that lies on strong edges. A change
// that stops in the middle of nothing has stopped too early or too late.
float EdgeOfNewBorder(const TapPicture& picture, const cv::Mat& current, const cv::Mat& edit) {
  const cv::Mat cross = cv::getStructuringElement(cv::MORPH_ELLIPSE, {3, 3});
  cv::Mat grown, old_grown, edge;
  cv::dilate(edit, grown, cross);
  cv::dilate(current, old_grown, cross);
  cv::dilate(picture.edge, edge, cross);
  // Both sides of the border, so that it does not matter on which the pixel of the edge is.
  cv::Mat inner, old_inner;
  cv::erode(edit, inner, cross);
  cv::erode(current, old_inner, cross);
  const cv::Mat new_border = (grown & ~inner) & ~(old_grown & ~old_inner);
  const int count = cv::countNonZero(new_border);
  if (count == 0) return 1;
  const cv::Mat strong = edge > kCorrectionStrongEdge * picture.mean_edge;
  return static_cast<float>(cv::countNonZero(strong & new_border)) / static_cast<float>(count);
}

cv::Mat Disc(const cv::Size& size, const cv::Point& centre, double radius) {
  cv::Mat disc = cv::Mat::zeros(size, CV_8UC1);
  cv::circle(disc, centre, std::max(0, static_cast<int>(radius)), cv::Scalar(255), cv::FILLED);
  return disc;
}

// The least that must change: a spot that stays clear of the points of the other side.
cv::Mat Spot(const cv::Mat& current, const std::vector<cv::Point>& other_side,
             const Correction& correction) {
  double radius = std::max(4.0, 0.06 * std::sqrt(static_cast<double>(cv::countNonZero(current))));
  for (const cv::Point& p : other_side) {
    radius = std::min(radius, 0.5 * cv::norm(p - correction.point) - 0.5);
  }
  return Disc(current.size(), correction.point, radius);
}

// Regions around the point, and recuts of the whole, that show what could change with it.
std::vector<cv::Mat> ProposedRegions(const TapPyramid& pyramid, const cv::Mat& current,
                                     const cv::Point& first, const TapSeeds& seeds,
                                     const Correction& correction, const cv::Mat& spot,
                                     int threads) {
  struct Recut {
    cv::Mat start;
    TapSeeds seeds;
    GrowOptions options;
    bool grown_at_point;
  };
  // A thing at the point: for "not this" the roles of the sides are swapped.
  const TapSeeds local{{correction.point}, correction.is_object ? seeds.background : seeds.object};
  TapSeeds all = seeds;
  (correction.is_object ? all.object : all.background).push_back(correction.point);
  if (all.object.empty()) all.object.push_back(first);

  const cv::Mat with_spot =
      correction.is_object ? cv::Mat(current | spot) : cv::Mat(current & ~spot);
  const int short_side = std::min(current.rows, current.cols);
  std::vector<Recut> jobs;
  for (const float softness : {0.25f, 0.1f}) {
    jobs.push_back({with_spot, all, {2, 1.0f, softness}, false});
  }
  for (const double radius : {38.0, 24.0, 15.0, 9.0, 5.0}) {
    if (radius > 0.45 * short_side) continue;
    const cv::Mat disc = Disc(current.size(), correction.point, radius);
    jobs.push_back({disc, local, {2, 0.6f, 0.5f}, true});
  }

  std::vector<cv::Mat> proposals(jobs.size());
  RunTasks(static_cast<int>(jobs.size()), threads, [&](int i) {
    const Recut& job = jobs[static_cast<size_t>(i)];
    cv::Mat grown = GrowRegion(pyramid, job.start, job.seeds, job.options);
    if (job.grown_at_point) {
      grown = correction.is_object ? cv::Mat(current | grown) : cv::Mat(current & ~grown);
    }
    proposals[static_cast<size_t>(i)] = grown;
  });
  return proposals;
}

}  // namespace

cv::Mat Correct(const TapPyramid& pyramid, const cv::Mat& current, const std::vector<cv::Mat>& pool,
                const cv::Point& first, const TapSeeds& seeds, const Correction& correction,
                int threads) {
  const bool inside = current.at<uint8_t>(correction.point) != 0;
  if (inside == correction.is_object) return current;

  const std::vector<cv::Point>& other_side = correction.is_object ? seeds.background : seeds.object;
  const cv::Mat spot = Spot(current, other_side, correction);
  std::vector<cv::Mat> proposals =
      ProposedRegions(pyramid, current, first, seeds, correction, spot, threads);
  proposals.insert(proposals.end(), pool.begin(), pool.end());

  // Of each proposal, only the connected change around the point.
  std::vector<cv::Mat> edits{correction.is_object ? cv::Mat(current | spot)
                                                  : cv::Mat(current & ~spot)};
  for (const cv::Mat& proposal : proposals) {
    const cv::Mat change =
        correction.is_object ? cv::Mat(proposal & ~current) : cv::Mat(current & ~proposal);
    if (!change.at<uint8_t>(correction.point)) continue;
    const cv::Mat part = PartsHolding(change, {correction.point}) | spot;
    const bool allowed = std::none_of(other_side.begin(), other_side.end(),
                                      [&](const cv::Point& p) { return part.at<uint8_t>(p) != 0; });
    if (!allowed) continue;
    const cv::Mat edit = correction.is_object ? cv::Mat(current | part) : cv::Mat(current & ~part);
    const bool known = std::any_of(edits.begin(), edits.end(), [&](const cv::Mat& other) {
      return RegionOverlap(edit, other) > kSameEdit;
    });
    if (!known && cv::countNonZero(edit) > 0) edits.push_back(edit);
  }
  if (edits.size() == 1) return edits.front();

  const Ranking ranking = Rank(pyramid.full, edits, first, threads);
  const float cover_worth = correction.is_object ? kCorrectionCoverWorth : kCoverWorthOfNotThis;
  size_t best = 0;
  float best_value = -1e9f;
  for (size_t i = 0; i < edits.size(); ++i) {
    const float value = ranking.score[i] + kCorrectionOverlapWorth * ranking.ExpectedOverlap(i) +
                        cover_worth * ranking.ExpectedCover(i) +
                        kNewBorder * EdgeOfNewBorder(pyramid.full, current, edits[i]) +
                        kStay * static_cast<float>(RegionOverlap(edits[i], current));
    if (value > best_value) best = i, best_value = value;
  }
  return edits[best];
}

}  // namespace tapmask
