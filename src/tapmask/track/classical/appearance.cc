// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/appearance.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "tapmask/core/stopwatch.h"
#include "tapmask/track/classical/region.h"

namespace tapmask {
namespace {

constexpr int kFirstTrees = 24, kFirstSamples = 6000;
constexpr int kAbsenceSamples = 8000;  // Of which those far from any object are taken.
constexpr int kRecentTrees = 24, kRecentStart = 12, kRecentNew = 3, kRecentSamples = 3500;
constexpr int kAnywhereTrees = 16;
constexpr double kGivenAmongRecent = 0.3;  // Samples of given masks, for each recent one.
constexpr size_t kEarlierSamples = 2000;   // Kept of earlier given masks after a correction.

}  // namespace

void Appearance::Learn(const FeatureImages& images, const cv::Mat& mask) {
  const ObjectPlace place = PlaceOf(mask);
  const FeatureReader reader(images, cv::Mat(), place);
  Samples samples = Sample(reader, mask, cv::Mat(), place.side, kFirstSamples);
  if (given_.size() > 0) {
    for (size_t i = 0; i < kEarlierSamples; ++i) {
      const int chosen = random_.Below(static_cast<int>(given_.size()));
      samples.AppendOne(given_, static_cast<size_t>(chosen), 1.0f);
    }
  }
  given_ = std::move(samples);
  GrowFromGiven();
}

void Appearance::LearnAbsence(const FeatureImages& images) {
  const cv::Mat nothing = cv::Mat::zeros(images.size(), CV_8U);
  const FeatureReader reader(images, cv::Mat(), ObjectPlace());
  // Place means nothing here, so each sample takes that of a pixel that was learnt before.
  Samples samples = Sample(reader, nothing, cv::Mat(), 1, kAbsenceSamples);
  for (size_t i = 0; i < samples.size() && given_.size() > 0; ++i) {
    const auto other = static_cast<size_t>(random_.Below(static_cast<int>(given_.size())));
    for (size_t f = 0; f < kFeatureCount; ++f) {
      if (GroupOf(static_cast<int>(f)) != FeatureGroup::kPlace) continue;
      samples.features[i * kFeatureStride + f] = given_.features[other * kFeatureStride + f];
    }
  }
  given_.Append(samples, 1.0f);
  GrowFromGiven();
}

void Appearance::GrowFromGiven() {
  first_.Clear();
  first_.Grow(kFirstTrees, given_, FeaturesToDraw(true, false), random_);
  anywhere_.Clear();
  anywhere_.Grow(kAnywhereTrees, given_, FeaturesToDraw(false, false), random_);
  ForgetRecent();
}

void Appearance::Follow(const FeatureImages& images, const cv::Mat& residual, const cv::Mat& mask,
                        const cv::Mat& sure, const ObjectPlace& place) {
  const Stopwatch watch("trees, learning");
  const FeatureReader reader(images, residual, place);
  Samples samples = Sample(reader, mask, sure, place.side, kRecentSamples);
  if (samples.size() == 0) return;
  const auto mixed = static_cast<size_t>(kGivenAmongRecent * static_cast<double>(samples.size()));
  for (size_t i = 0; i < mixed && given_.size() > 0; ++i) {
    const int chosen = random_.Below(static_cast<int>(given_.size()));
    samples.AppendOne(given_, static_cast<size_t>(chosen), 1.0f);
  }
  recent_.Grow(kRecentNew, samples, FeaturesToDraw(true, true), random_);
  recent_.DropOldestBeyond(kRecentTrees);
}

void Appearance::ForgetRecent() {
  recent_.Clear();
  recent_.Grow(kRecentStart, given_, FeaturesToDraw(true, false), random_);
}

Samples Appearance::Sample(const FeatureReader& reader, const cv::Mat& mask, const cv::Mat& allowed,
                           double side, int count) {
  const cv::Mat distance = SignedDistance(mask);
  const double near = std::max(20.0, 0.6 * side);
  std::vector<cv::Point> object, around, far;
  for (int y = 0; y < mask.rows; ++y) {
    const auto* d = distance.ptr<float>(y);
    const uint8_t* ok = allowed.empty() ? nullptr : allowed.ptr(y);
    for (int x = 0; x < mask.cols; ++x) {
      if (ok && !ok[x]) continue;
      (d[x] > 0 ? object : d[x] > -near ? around : far).emplace_back(x, y);
    }
  }

  Samples samples;
  // Takes up to `most` pixels of one kind, which together weigh `share` of all samples.
  const auto take = [&](std::vector<cv::Point>& pixels, int most, bool is_object, double share) {
    const int n = std::min(most, static_cast<int>(pixels.size()));
    for (int i = 0; i < n; ++i) {
      const int j = i + random_.Below(static_cast<int>(pixels.size()) - i);
      std::swap(pixels[static_cast<size_t>(i)], pixels[static_cast<size_t>(j)]);
      const cv::Point p = pixels[static_cast<size_t>(i)];
      reader.Read(p.x, p.y, samples.Add(is_object, static_cast<float>(share * count / n)));
    }
  };
  take(object, count * 2 / 5, true, 0.5);
  take(around, count * 2 / 5, false, 0.38);
  take(far, count / 5, false, 0.12);

  // A mean weight of 1, so that samples of different frames can be mixed.
  const double sum = std::accumulate(samples.weights.begin(), samples.weights.end(), 0.0);
  for (float& w : samples.weights) {
    w = static_cast<float>(w * static_cast<double>(samples.size()) / sum);
  }
  return samples;
}

}  // namespace tapmask
