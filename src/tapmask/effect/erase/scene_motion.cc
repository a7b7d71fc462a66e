// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/scene_motion.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "tapmask/core/mask.h"
#include "tapmask/core/parallel.h"
#include "tapmask/effect/erase/harmonic.h"
#include "tapmask/motion/bounding_box.h"

namespace tapmask {
namespace {

constexpr int kLedByFill = 7;       // Pixels around a hole whose flow is led by the fill.
constexpr float kAgreement = 1.0f;  // Pixels, there and back, of a better flow to be believed.

GrayImage GrayFromMat(const cv::Mat& gray) {
  return {gray.cols, gray.rows, std::vector<uint8_t>(gray.begin<uint8_t>(), gray.end<uint8_t>())};
}

cv::Mat MatFromField(FlowField&& field) {
  return cv::Mat(field.height, field.width, CV_32FC2, field.xy.data()).clone();
}

FlowField FieldFromMat(const cv::Mat& flow) {
  FlowField field{flow.cols, flow.rows, {}};
  const auto* begin = flow.ptr<float>();
  field.xy.assign(begin, begin + flow.total() * 2);
  return field;
}

cv::Mat GrownHole(const cv::Mat& hole) {
  const cv::Size size(2 * kLedByFill + 1, 2 * kLedByFill + 1);
  cv::Mat out;
  cv::dilate(hole, out, cv::getStructuringElement(cv::MORPH_RECT, size));
  return out;
}

cv::Mat CameraFlow(const Homography& camera, const cv::Size& size) {
  cv::Mat out(size, CV_32FC2);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const Point2f p = camera.Map(x, y);
      out.at<cv::Vec2f>(y, x) = {static_cast<float>(p.x - x), static_cast<float>(p.y - y)};
    }
  }
  return out;
}

cv::Mat LengthsOf(const cv::Mat& vectors) {
  cv::Mat parts[2], out;
  cv::split(vectors, parts);
  cv::magnitude(parts[0], parts[1], out);
  return out;
}

// The motion of one direction while it is worked on.
struct Draft {
  cv::Mat flow;  // 32FC2
  Homography camera;
};

Draft Complete(const cv::Mat& flow, const cv::Mat& hole) {
  Draft out;
  const cv::Mat near = GrownHole(hole);
  const Mask without(near.cols, near.rows,
                     std::vector<uint8_t>(near.begin<uint8_t>(), near.end<uint8_t>()));
  out.camera = FitGlobalMotion(FieldFromMat(flow), without);
  const cv::Mat camera = CameraFlow(out.camera, flow.size());
  cv::Mat residual = flow - camera;
  FillHarmonic(residual, near);
  out.flow = camera + residual;
  return out;
}

cv::Mat ErrorOf(const cv::Mat& flow, const cv::Mat& opposite) {
  cv::Mat place(flow.size(), CV_32FC2), back;
  for (int y = 0; y < flow.rows; ++y) {
    for (int x = 0; x < flow.cols; ++x) {
      place.at<cv::Vec2f>(y, x) =
          flow.at<cv::Vec2f>(y, x) + cv::Vec2f(static_cast<float>(x), static_cast<float>(y));
    }
  }
  cv::remap(opposite, back, place, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  return LengthsOf(flow + back);
}

float Median(std::vector<float>& values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::array<cv::Point2f, 4> MotionOfQuarters(const cv::Mat& flow) {
  constexpr int kStep = 4;
  std::array<std::vector<float>, 4> x_values, y_values;
  for (int y = 0; y < flow.rows; y += kStep) {
    for (int x = 0; x < flow.cols; x += kStep) {
      const auto& v = flow.at<cv::Vec2f>(y, x);
      const size_t quarter = (2 * y < flow.rows ? 0u : 2u) + (2 * x < flow.cols ? 0u : 1u);
      x_values[quarter].push_back(v[0]);
      y_values[quarter].push_back(v[1]);
    }
  }
  std::array<cv::Point2f, 4> out;
  for (size_t q = 0; q < 4; ++q) out[q] = {Median(x_values[q]), Median(y_values[q])};
  return out;
}

Motion Pack(const Draft& draft, const cv::Mat& opposite) {
  Motion out;
  out.camera = draft.camera;
  out.quarters = MotionOfQuarters(draft.flow);
  draft.flow.convertTo(out.flow, CV_16S, 1 / Motion::kFlowUnit);
  ErrorOf(draft.flow, opposite).convertTo(out.error, CV_8U, 1 / Motion::kErrorUnit);
  return out;
}

cv::Mat Unpacked(const Motion& motion) {
  cv::Mat flow;
  motion.flow.convertTo(flow, CV_32F, Motion::kFlowUnit);
  return flow;
}

struct RawFlow {
  cv::Mat forth, back;  // 32FC2
};

RawFlow FlowBetween(FlowEstimator& estimator, const cv::Mat& earlier, const cv::Mat& later,
                    int threads) {
  const GrayImage a = GrayFromMat(earlier), b = GrayFromMat(later);
  RawFlow flow;
  RunTasks(2, threads, [&](int task) {
    (task == 0 ? flow.forth : flow.back) =
        MatFromField(task == 0 ? estimator.Forward(a, b) : estimator.Backward(a, b));
  });
  return flow;
}

// Where better flow is looked for: near the holes, where places are followed.
cv::Rect Around(const cv::Mat& hole, const cv::Mat& other) {
  constexpr int kMargin = 40;
  return GrownBox(BoundingBoxOf(hole | other), kMargin, hole.size());
}

// Where the better flow is not to be believed, the first one stands, led over to the better one
// around.
Draft Join(const cv::Mat& better, const cv::Mat& opposite, const Motion& first, const cv::Mat& hole,
           const cv::Mat& invented) {
  const cv::Mat doubtful =
      ((ErrorOf(better, opposite) > kAgreement) | (invented != 0)) & (hole != 0);
  const cv::Mat before = Unpacked(first);
  cv::Mat change = better - before;
  FillHarmonic(change, doubtful);
  return {before + change, first.camera};
}

}  // namespace

cv::Point2f AgainstCamera(const Motion& motion, const Bilinear& here, const cv::Point2f& p) {
  const Point2f next = motion.camera.Map(p.x, p.y);
  return here.Flow(motion) -
         cv::Point2f(static_cast<float>(next.x) - p.x, static_cast<float>(next.y) - p.y);
}

MotionPair FirstMotion(FlowEstimator& estimator, const cv::Mat& earlier,
                       const cv::Mat& earlier_hole, const cv::Mat& later, const cv::Mat& later_hole,
                       int threads) {
  const RawFlow raw = FlowBetween(estimator, earlier, later, threads);
  Draft forth, back;
  RunTasks(2, threads, [&](int task) {
    if (task == 0) forth = Complete(raw.forth, earlier_hole);
    if (task == 1) back = Complete(raw.back, later_hole);
  });
  return {Pack(forth, back.flow), Pack(back, forth.flow)};
}

MotionPair BetterMotion(FlowEstimator& estimator, const MotionPair& first, const cv::Mat& earlier,
                        const cv::Mat& earlier_hole, const cv::Mat& earlier_invented,
                        const cv::Mat& later, const cv::Mat& later_hole,
                        const cv::Mat& later_invented, int threads) {
  const cv::Rect part = Around(earlier_hole, later_hole);
  if (part.empty()) return first;
  const RawFlow raw = FlowBetween(estimator, earlier(part), later(part), threads);
  const auto whole = [&](const Motion& motion, const cv::Mat& flow) {
    cv::Mat out = Unpacked(motion);
    flow.copyTo(out(part));
    return out;
  };
  const cv::Mat raw_forth = whole(first.forth, raw.forth), raw_back = whole(first.back, raw.back);
  Draft forth, back;
  RunTasks(2, threads, [&](int task) {
    if (task == 0) {
      forth = Join(raw_forth, raw_back, first.forth, earlier_hole, earlier_invented);
    } else {
      back = Join(raw_back, raw_forth, first.back, later_hole, later_invented);
    }
  });
  return {Pack(forth, back.flow), Pack(back, forth.flow)};
}

float SharpnessChange(const Motion& back, const Picture& earlier, const Picture& later) {
  constexpr int kStep = 2;
  constexpr double kDetail = 1.5;  // Standard deviation of the blur that takes it away.
  constexpr float kLeast = 0.25f;  // Grey levels of detail: a plain picture says nothing.
  const auto detail_of = [](const Picture& picture) {
    cv::Mat values, forms;
    picture.planes[0].convertTo(values, CV_32F);
    cv::GaussianBlur(values, forms, cv::Size(), kDetail);
    return cv::Mat(cv::abs(values - forms));
  };
  const cv::Mat before = detail_of(earlier), now = detail_of(later);
  const cv::Mat unknown_before = GrownHole(earlier.holes[0].Whole(before.size())),
                unknown_now = GrownHole(later.holes[0].Whole(now.size()));
  float sum_before = 0, sum_now = 0, count = 0;
  for (int y = 0; y < now.rows; y += kStep) {
    for (int x = 0; x < now.cols; x += kStep) {
      if (unknown_now.at<uint8_t>(y, x)) continue;
      const auto& flow = back.flow.at<cv::Vec2s>(y, x);
      const auto bx =
          static_cast<int>(std::lround(static_cast<float>(x) + flow[0] * Motion::kFlowUnit));
      const auto by =
          static_cast<int>(std::lround(static_cast<float>(y) + flow[1] * Motion::kFlowUnit));
      if (bx < 0 || by < 0 || bx >= now.cols || by >= now.rows ||
          unknown_before.at<uint8_t>(by, bx))
        continue;
      sum_before += before.at<float>(by, bx), sum_now += now.at<float>(y, x), ++count;
    }
  }
  if (std::min(sum_before, sum_now) < kLeast * count || count == 0) return 0;
  return std::log(sum_now / sum_before);
}

Light LightChange(const Motion& back, const Picture& earlier, const Picture& later) {
  constexpr int kStep = 4;
  const cv::Size size = later.size();
  Light change{};
  for (size_t c = 0; c < later.planes.size(); ++c) {
    std::vector<float> differences;
    for (int y = kStep / 2; y < size.height; y += kStep) {
      for (int x = kStep / 2; x < size.width; x += kStep) {
        if (later.holes[c].At(x, y)) continue;
        const cv::Point2f place(static_cast<float>(x), static_cast<float>(y));
        const cv::Point2f p = place + Bilinear(place, size).Flow(back);
        float before = 0;
        if (!SampleKnown(earlier.planes[c], earlier.holes[c], p.x, p.y, before)) continue;
        differences.push_back(later.planes[c].at<uint8_t>(y, x) - before);
      }
    }
    change[c] = Median(differences);
  }
  return change;
}

}  // namespace tapmask
