// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/prediction.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "tapmask/motion/bounding_box.h"

namespace tapmask {
namespace {

constexpr double kMinAgreement = 0.45;
constexpr double kMinShareLeft = 0.6;

constexpr int kMinTemplateArea = 40;
constexpr int kLargeTemplate = 3000;      // Pixels; larger ones are matched at half the size.
constexpr double kMaxTemplateError = 16;  // Root mean square, 8-bit levels.
constexpr float kTemplateTrust = 0.42f;

constexpr float kSearchTrust = 0.5f;
constexpr double kFoundProbability = 0.6, kSuspectProbability = 0.52;

void Measure(Prediction& p, const cv::Mat& consistency) {
  p.mask = p.probability > 0.5;
  p.area = cv::countNonZero(p.mask);
  p.flow_agreement = p.area > 0 ? cv::mean(consistency, p.mask)[0] : 0;
}

}  // namespace

Prediction FollowFlow(const cv::Mat& probability, const WorkingFrame& frame) {
  Prediction p;
  cv::remap(probability, p.probability, frame.came_from, cv::noArray(), cv::INTER_LINEAR,
            cv::BORDER_REPLICATE);
  p.trust = frame.consistency;
  Measure(p, frame.consistency);
  return p;
}

bool FlowFailed(const Prediction& prediction, int area_before) {
  return prediction.flow_agreement < kMinAgreement || prediction.area < kMinShareLeft * area_before;
}

void SearchTemplate(const cv::Mat& mask_before, const cv::Mat& probability_before,
                    const WorkingFrame& before, const WorkingFrame& frame, Prediction& prediction) {
  const int area = cv::countNonZero(mask_before);
  if (area < kMinTemplateArea) return;
  const auto widened = [&](const cv::Rect& r, int margin) {
    return cv::Rect(r.x - margin, r.y - margin, r.width + 2 * margin, r.height + 2 * margin) &
           frame.bounds();
  };
  const cv::Rect box = widened(BoundingBoxOf(mask_before), 2);
  const cv::Rect range = widened(box, std::max(30, static_cast<int>(0.8 * std::sqrt(area))));
  const double scale = box.area() > kLargeTemplate ? 0.5 : 1.0;
  const auto part = [&](const cv::Mat& image, const cv::Rect& r, int interpolation) {
    cv::Mat out;
    cv::resize(image(r), out, cv::Size(), scale, scale, interpolation);
    return out;
  };
  const cv::Mat object = part(before.features.lab_fine, box, cv::INTER_AREA);
  const cv::Mat scene = part(frame.features.lab_fine, range, cv::INTER_AREA);
  const cv::Mat shape = part(mask_before, box, cv::INTER_NEAREST);
  const int pixels = cv::countNonZero(shape);
  if (pixels == 0 || scene.cols < object.cols || scene.rows < object.rows) return;

  cv::Mat weights, error;
  cv::merge(std::vector<cv::Mat>{shape / 255, shape / 255, shape / 255}, weights);
  cv::matchTemplate(scene, object, error, cv::TM_SQDIFF, weights);
  double least = 0;
  cv::Point best;
  cv::minMaxLoc(error, &least, nullptr, &best);
  if (std::sqrt(std::max(0.0, least) / (3.0 * pixels)) >= kMaxTemplateError) return;

  const double dx = std::lround(best.x / scale) + range.x - box.x;
  const double dy = std::lround(best.y / scale) + range.y - box.y;
  const cv::Mat shift = (cv::Mat_<double>(2, 3) << 1, 0, dx, 0, 1, dy);
  cv::Mat moved;
  cv::warpAffine(probability_before, moved, shift, frame.size(), cv::INTER_LINEAR);
  prediction.probability =
      prediction.probability.mul(prediction.trust) + moved.mul(1 - prediction.trust);
  prediction.trust = cv::max(prediction.trust, kTemplateTrust);
  Measure(prediction, frame.consistency);
}

Sighting SearchEverywhere(const Appearance& appearance, const WorkingFrame& frame,
                          const ObjectPlace& place, double usual_area) {
  constexpr int kStep = 2;  // Every second pixel of every second row is looked at.
  Sighting sighting;
  if (appearance.anywhere().Empty()) return sighting;
  const FeatureReader reader(frame.features, cv::Mat(), place);
  const cv::Size size((frame.bgr.cols + 1) / kStep, (frame.bgr.rows + 1) / kStep);
  cv::Mat probability(size, CV_32F);
  std::vector<uint8_t> row(static_cast<size_t>(size.width) * kFeatureStride);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      reader.Read(kStep * x, kStep * y, &row[static_cast<size_t>(x) * kFeatureStride]);
    }
    appearance.anywhere().Evaluate(row.data(), size.width, probability.ptr<float>(y));
  }
  cv::GaussianBlur(probability, probability, cv::Size(), 1.5);

  cv::Mat labels, stats, centroids;
  const int n = cv::connectedComponentsWithStats(probability > 0.5, labels, stats, centroids);
  std::vector<double> sum(static_cast<size_t>(n));
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      sum[static_cast<size_t>(labels.at<int>(y, x))] += probability.at<float>(y, x);
    }
  }
  int best = 0;
  double best_score = 0;
  for (int i = 1; i < n; ++i) {
    const int pixels = stats.at<int>(i, cv::CC_STAT_AREA);
    const double area = kStep * kStep * pixels;
    const double mean = sum[static_cast<size_t>(i)] / pixels;
    if (area >= 0.1 * usual_area && mean >= kSuspectProbability) sighting.suspicion = true;
    if (area < 0.15 * usual_area || area > 3 * usual_area || mean < kFoundProbability) continue;
    const double score = mean * std::min(1.0, area / (0.6 * usual_area));
    if (score > best_score) best = i, best_score = score;
  }
  if (best == 0) return sighting;

  Prediction p;
  cv::Mat part;
  cv::Mat(labels == best).convertTo(part, CV_32F, 1 / 255.0);
  cv::resize(part, p.probability, frame.size(), 0, 0, cv::INTER_LINEAR);
  p.trust = cv::Mat(frame.size(), CV_32F, cv::Scalar(kSearchTrust));
  Measure(p, p.trust);
  sighting.found = std::move(p);
  return sighting;
}

}  // namespace tapmask
