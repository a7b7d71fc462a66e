// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/evidence.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "tapmask/core/parallel.h"
#include "tapmask/core/stopwatch.h"
#include "tapmask/motion/bounding_box.h"

namespace tapmask {
namespace {

// How much each cue weighs. Found together on video that is not in the repository's tests; what
// was learnt in the first frame must count much more than where the flow leads, or errors of the
// flow add up.
constexpr float kFirst = 2.6f;
constexpr float kRecent = 1.4f;
constexpr float kFlow = 1.2f;
constexpr float kFlowAtLeast = 0.25f;  // Of kFlow, where the flow is not consistent.
constexpr float kLikeBackground = 10, kUnlikeBackground = 0.4f;
constexpr float kDeepOutside = -4, kDeepInside = 1.5f;
constexpr float kPerhapsHidden = -1;  // Instead of kDeepOutside, where parts may come out.
constexpr float kBias = 0.4f;         // Towards the object: a leak is worse than too much.

constexpr float kSameColour = 10, kColourSpread = 6;  // Differences to the background memory.
constexpr float kOutside = -5;                        // Log odds of pixels that are not looked at.

float LogOdds(float p, float margin) {
  p = std::clamp(p, margin, 1 - margin);
  return std::log(p / (1 - p));
}

float MemoryLogit(float difference) {
  if (difference < 0) return 0;  // Not known.
  const float z = (difference - kSameColour) / kColourSpread;
  return z < 0 ? kLikeBackground * std::max(-1.0f, z) : kUnlikeBackground * std::min(1.0f, z);
}

}  // namespace

cv::Mat DomainAround(const cv::Mat& signed_distance, double side) {
  return signed_distance > -std::max(10.0, 0.3 * side);
}

Evidence GatherEvidence(const Cues& cues, const cv::Mat& domain, const WorkingFrame& frame,
                        int threads) {
  const Stopwatch watch("trees, judging");
  Evidence e;
  e.domain = domain;
  e.logit = cv::Mat(domain.size(), CV_32F, cv::Scalar(kOutside));
  e.first = cv::Mat(domain.size(), CV_32F, cv::Scalar(0));
  e.recent = cv::Mat(domain.size(), CV_32F, cv::Scalar(0));
  const cv::Rect box = BoundingBoxOf(domain);
  if (box.empty()) return e;

  cv::Mat followed;
  cv::GaussianBlur(cues.prediction.probability, followed, cv::Size(), 1.2);
  const float edge = static_cast<float>(3 + 0.02 * cues.place.side);  // Width of the prior's edge.
  const FeatureReader reader(frame.features, cues.residual, cues.place);

  const auto judge_rows = [&](const cv::Range& rows) {
    constexpr size_t kBlock = 256;  // Pixels whose features are in the cache together.
    std::array<uint8_t, kBlock * kFeatureStride> features{};
    std::array<float, kBlock> first, recent;
    std::array<cv::Point, kBlock> pixels;
    size_t n = 0;
    const auto finish_block = [&] {
      cues.appearance.first().Evaluate(features.data(), static_cast<int>(n), first.data());
      cues.appearance.recent().Evaluate(features.data(), static_cast<int>(n), recent.data());
      for (size_t i = 0; i < n; ++i) {
        const cv::Point p = pixels[i];
        const float trust = kFlowAtLeast + (1 - kFlowAtLeast) * cues.prediction.trust.at<float>(p);
        const float depth =
            std::clamp(cues.signed_distance.at<float>(p) / edge,
                       cues.hidden.at<uint8_t>(p) ? kPerhapsHidden : kDeepOutside, kDeepInside);
        const float memory =
            MemoryLogit(cues.memory_difference.at<float>(p - cues.memory_box.tl()));
        e.first.at<float>(p) = first[i];
        e.recent.at<float>(p) = recent[i];
        e.logit.at<float>(p) = kFirst * LogOdds(first[i], 0.02f) +
                               kRecent * LogOdds(recent[i], 0.02f) +
                               kFlow * trust * LogOdds(followed.at<float>(p), 0.03f) + depth +
                               kBias + memory + cues.motion.Logit(cues.residual.at<cv::Vec2f>(p));
      }
      n = 0;
    };
    for (int y = rows.start; y < rows.end; ++y) {
      for (int x = box.x; x < box.x + box.width; ++x) {
        if (!domain.at<uint8_t>(y, x)) continue;
        pixels[n] = {x, y};
        reader.Read(x, y, &features[n * kFeatureStride]);
        if (++n == kBlock) finish_block();
      }
    }
    finish_block();
  };
  constexpr int kRows = 16;  // Of one task.
  const int end = box.y + box.height;
  RunTasks((box.height + kRows - 1) / kRows, threads, [&](int i) {
    const int y = box.y + kRows * i;
    judge_rows({y, std::min(y + kRows, end)});
  });
  return e;
}

}  // namespace tapmask
