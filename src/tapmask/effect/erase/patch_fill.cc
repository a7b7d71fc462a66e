// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/patch_fill.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace tapmask {
namespace {

constexpr int kRadius = 3;  // Patches of 7 x 7 pixels.
constexpr int kCoarsestLevelSide = 32;
constexpr int kRounds = 4, kFinestRounds = 2;  // Of search and vote.
constexpr double kDepthBase = 1.3;             // By which a patch counts less, a pixel deeper.
constexpr int kSearchSweeps = 2;               // Of a search.

// One scale of the picture. `from` says for each patch at the hole, by its centre, which patch is
// most like it.
class Level {
 public:
  Level(cv::Mat picture, cv::Mat hole) : picture_(std::move(picture)), hole_(std::move(hole)) {
    const cv::Size size(2 * kRadius + 1, 2 * kRadius + 1);
    cv::Mat touches;
    cv::dilate(hole_, touches, cv::getStructuringElement(cv::MORPH_RECT, size));
    for (int y = kRadius; y < hole_.rows - kRadius; ++y) {
      for (int x = kRadius; x < hole_.cols - kRadius; ++x) {
        (touches.at<uint8_t>(y, x) ? targets_ : sources_).emplace_back(x, y);
      }
    }
    is_source_ = cv::Mat::zeros(hole_.size(), CV_8U);
    for (const cv::Point& p : sources_) is_source_.at<uint8_t>(p) = 255;
    from_ = cv::Mat(hole_.size(), CV_32SC2, cv::Scalar(-1, -1));
    distance_ = cv::Mat(hole_.size(), CV_32F, cv::Scalar(0));
    // What is near the border is known best, so it leads what is deeper in the hole.
    cv::Mat depth;
    cv::distanceTransform(hole_, depth, cv::DIST_L1, 3);
    cv::exp(-std::log(kDepthBase) * depth, trust_);
  }

  bool CanFill() const { return !sources_.empty() && !targets_.empty(); }
  const cv::Mat& picture() const { return picture_; }
  const cv::Mat& hole() const { return hole_; }

  void StartAnywhere(std::mt19937& random) {
    for (const cv::Point& p : targets_) From(p) = AnySource(random);
  }

  // With the patches and the fill of the next coarser scale.
  void StartFrom(Level& coarser, std::mt19937& random) {
    for (const cv::Point& p : targets_) {
      const cv::Point there(std::clamp(p.x / 2, kRadius, coarser.hole_.cols - 1 - kRadius),
                            std::clamp(p.y / 2, kRadius, coarser.hole_.rows - 1 - kRadius));
      const cv::Point found = coarser.From(there);
      const cv::Point here(2 * found.x + p.x % 2, 2 * found.y + p.y % 2);
      From(p) = found.x >= 0 && IsSource(here) ? here : AnySource(random);
    }
    Vote();
  }

  void Improve(int rounds, std::mt19937& random) {
    for (int round = 0; round < rounds; ++round) {
      for (const cv::Point& p : targets_) {
        distance_.at<float>(p) = Distance(p, From(p), std::numeric_limits<float>::max());
      }
      for (int sweep = 0; sweep < kSearchSweeps; ++sweep) Search(sweep % 2 == 0, random);
      Vote();
    }
  }

  // For each pixel of the hole the one to copy, by the best patch that covers it.
  cv::Mat Copies() {
    cv::Mat best(hole_.size(), CV_32F, cv::Scalar(std::numeric_limits<float>::max()));
    cv::Mat copies(hole_.size(), CV_32SC2, cv::Scalar(-1, -1));
    for (const cv::Point& p : targets_) {
      for (int dy = -kRadius; dy <= kRadius; ++dy) {
        for (int dx = -kRadius; dx <= kRadius; ++dx) {
          const cv::Point q = p + cv::Point(dx, dy);
          if (!hole_.at<uint8_t>(q)) continue;
          // The middle of a patch fits best.
          const float d = (distance_.at<float>(p) + 1) * static_cast<float>(1 + dx * dx + dy * dy);
          if (d >= best.at<float>(q)) continue;
          best.at<float>(q) = d;
          copies.at<cv::Point>(q) = From(p) + cv::Point(dx, dy);
        }
      }
    }
    return copies;
  }

 private:
  cv::Point& From(const cv::Point& p) { return from_.at<cv::Point>(p); }
  bool IsSource(const cv::Point& p) const {
    return p.x >= 0 && p.y >= 0 && p.x < hole_.cols && p.y < hole_.rows &&
           is_source_.at<uint8_t>(p) != 0;
  }
  cv::Point AnySource(std::mt19937& random) const { return sources_[random() % sources_.size()]; }

  // Sum of squares; gives up beyond `limit`.
  float Distance(const cv::Point& a, const cv::Point& b, float limit) const {
    constexpr int kFloats = 3 * (2 * kRadius + 1);
    float sum = 0;
    for (int dy = -kRadius; dy <= kRadius && sum < limit; ++dy) {
      const float* pa = picture_.ptr<float>(a.y + dy) + 3 * (a.x - kRadius);
      const float* pb = picture_.ptr<float>(b.y + dy) + 3 * (b.x - kRadius);
      for (int i = 0; i < kFloats; ++i) sum += (pa[i] - pb[i]) * (pa[i] - pb[i]);
    }
    return sum;
  }

  void Search(bool forwards, std::mt19937& random) {
    const int step = forwards ? 1 : -1;
    for (size_t n = 0; n < targets_.size(); ++n) {
      const cv::Point p = targets_[forwards ? n : targets_.size() - 1 - n];
      cv::Point& best = From(p);
      float& distance = distance_.at<float>(p);
      const auto attempt = [&](const cv::Point& source) {
        if (source == best || !IsSource(source)) return;
        const float d = Distance(p, source, distance);
        if (d < distance) distance = d, best = source;
      };
      for (const cv::Point& to : {cv::Point(step, 0), cv::Point(0, step)}) {
        const cv::Point beside = p - to;  // Its patch, moved along.
        if (From(beside).x >= 0) attempt(From(beside) + to);
      }
      for (int reach = std::max(hole_.cols, hole_.rows) / 2; reach >= 1; reach /= 2) {
        const auto jump = [&] { return static_cast<int>(random() % (2 * reach + 1)) - reach; };
        const int dx = jump(), dy = jump();
        attempt(best + cv::Point(dx, dy));
      }
    }
  }

  // Every pixel of the hole becomes the mean of what the patches over it say, those that fit well
  // counting more.
  void Vote() {
    std::vector<float> sorted;
    for (const cv::Point& p : targets_) sorted.push_back(distance_.at<float>(p));
    const auto at = sorted.begin() + static_cast<ptrdiff_t>(sorted.size() * 3 / 4);
    std::nth_element(sorted.begin(), at, sorted.end());
    const float scale = std::max(*at, 50.0f);
    cv::Mat sum(hole_.size(), CV_32FC3, cv::Scalar::all(0)),
        weight(hole_.size(), CV_32F, cv::Scalar(0));
    for (const cv::Point& p : targets_) {
      const float fit = std::exp(-distance_.at<float>(p) / (2 * scale)) + 1e-6f;
      const float w = fit * (trust_.at<float>(p) + 1e-4f);
      for (int dy = -kRadius; dy <= kRadius; ++dy) {
        for (int dx = -kRadius; dx <= kRadius; ++dx) {
          const cv::Point o(dx, dy), q = p + o;
          if (!hole_.at<uint8_t>(q)) continue;
          sum.at<cv::Vec3f>(q) += w * picture_.at<cv::Vec3f>(From(p) + o);
          weight.at<float>(q) += w;
        }
      }
    }
    for (int y = 0; y < hole_.rows; ++y) {
      for (int x = 0; x < hole_.cols; ++x) {
        const float w = weight.at<float>(y, x);
        if (w > 0) picture_.at<cv::Vec3f>(y, x) = sum.at<cv::Vec3f>(y, x) / w;
      }
    }
  }

  cv::Mat picture_, hole_;
  std::vector<cv::Point> targets_, sources_;  // Centres of patches at the hole, and without it.
  cv::Mat is_source_, from_, distance_, trust_;
};

}  // namespace

cv::Mat FindPatches(const cv::Mat& picture, const cv::Mat& hole) {
  std::mt19937 random(1);
  std::vector<Level> levels;
  cv::Mat pixels = picture.clone(), holes = hole != 0;
  while (true) {
    Level level(pixels.clone(), holes.clone());
    if (!level.CanFill()) break;
    levels.push_back(std::move(level));
    const cv::Size half(pixels.cols / 2, pixels.rows / 2);
    if (std::min(half.width, half.height) < kCoarsestLevelSide) break;
    cv::resize(pixels, pixels, half, 0, 0, cv::INTER_AREA);
    cv::resize(holes, holes, half, 0, 0, cv::INTER_AREA);
    holes = holes > 0;
  }
  if (levels.empty()) return {};
  for (size_t i = levels.size(); i-- > 0;) {
    if (i + 1 == levels.size()) {
      levels[i].StartAnywhere(random);
    } else {
      levels[i].StartFrom(levels[i + 1], random);
    }
    levels[i].Improve(i == 0 ? kFinestRounds : kRounds, random);
  }
  return levels[0].Copies();
}

}  // namespace tapmask
