// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/carried.h"

#include <algorithm>
#include <cstdint>

#include <opencv2/imgproc.hpp>

namespace tapmask {
namespace {

constexpr float kMaxCarriedError = 2;  // Working pixels, of the step from the frame before,
constexpr float kMaxChange = 0.5f;
constexpr float kMaxSourceError = 1;  // and of what was copied there.

// True when what is in place `p` in the frame before moved in another way there.
bool IsOther(const Motion& motion, const Bilinear& there, const cv::Point2f& p,
             const cv::Point2f& own) {
  return Length(AgainstCamera(motion, there, p) - own) > kMaxChange;
}

// 8U at working size: places that were copied from where they may not have been in sight.
cv::Mat Uncertain(const HiddenPlaces& hidden) {
  cv::Mat out = cv::Mat::zeros(hidden.index.size(), CV_8U);
  for (size_t n = 0; n < hidden.places.size(); ++n) {
    bool has_source = false, is_sure = false;
    for (const Source& s : hidden.sources[n]) {
      has_source = has_source || s.frame >= 0;
      is_sure = is_sure || (s.frame >= 0 && s.error < kMaxSourceError);
    }
    if (has_source && !is_sure) out.at<uint8_t>(hidden.places[n]) = 255;
  }
  return out;
}

void Set(cv::Mat& plane, const cv::Point& place, float value, int max_value) {
  value = std::clamp(value, 0.0f, static_cast<float>(max_value));
  if (plane.depth() == CV_8U) {
    plane.at<uint8_t>(place) = cv::saturate_cast<uint8_t>(value);
  } else {
    plane.at<uint16_t>(place) = cv::saturate_cast<uint16_t>(value);
  }
}

}  // namespace

void CarriedFrame::Fill(const Window& window, int at, int plane, const cv::Mat& not_carried,
                        cv::Mat& target, cv::Mat& missing) const {
  const Motion* back = StepFrom(window, at, -1, MotionKind::kBetter);
  if (frame_.Empty() || !back) return;
  const Motion* back_before = StepFrom(window, at - 1, -1, MotionKind::kBetter);
  const auto p = static_cast<size_t>(plane);
  const int max_value = frame_.format().max_value();
  const cv::Mat before(target.rows, target.cols, target.type(),
                       const_cast<uint8_t*>(frame_.Data(plane)),
                       static_cast<size_t>(frame_.StrideBytes(plane)));
  const float light =
      window[static_cast<size_t>(at)].light[p] * static_cast<float>((max_value + 1) / 256);
  std::vector<cv::Point> places;
  cv::findNonZero(missing, places);
  for (const cv::Point& place : places) {
    const cv::Point2f working = MapPlace(place, target.size(), back->flow.size());
    const Bilinear here(working, back->flow.size());
    if (here.Error(*back) > kMaxCarriedError) continue;
    if (!not_carried.empty() && not_carried.at<uint8_t>(here.y0, here.x0)) continue;
    const cv::Point2f place_before = working + here.Flow(*back);
    const Bilinear there(place_before, back->flow.size());
    const cv::Point2f own = AgainstCamera(*back, here, working);
    if (back_before && IsOther(*back_before, there, place_before, own)) continue;
    if (!uncertain_.empty() && uncertain_.at<uint8_t>(there.y0, there.x0)) continue;
    if (!made_up_.empty() && made_up_.at<uint8_t>(there.y0, there.x0)) continue;
    const cv::Point2f from = MapPlace(place_before, back->flow.size(), target.size());
    float value = 0;
    if (!SampleKnown(before, holes_[p], from.x, from.y, value)) continue;
    Set(target, place, value + light, max_value);
    missing.at<uint8_t>(place) = 0;
  }
}

void CarriedFrame::Remember(const Frame& erased, const WindowFrame& at) {
  frame_ = erased;
  holes_ = at.full.holes;
  if (at.erase) std::fill(holes_.begin(), holes_.end(), Hole());
  made_up_.release();
  uncertain_.release();
}

void CarriedFrame::Remember(const Frame& erased, const WindowFrame& at, const HiddenPlaces& hidden,
                            const cv::Mat& made_up) {
  Remember(erased, at);
  // So wide that nothing read beside it holds any of it: what is carried on counts as seen.
  const cv::Mat reach = cv::getStructuringElement(cv::MORPH_RECT, {7, 7});
  uncertain_ = Uncertain(hidden);
  if (!hidden.not_carried.empty()) {
    cv::Mat passing;
    cv::dilate(hidden.not_carried, passing, reach);
    uncertain_ |= passing;
  }
  cv::Mat small;
  made_up.convertTo(small, CV_32F);
  cv::resize(small, small, at.small.size(), 0, 0, cv::INTER_AREA);
  cv::dilate(small > 0, made_up_, reach);
}

}  // namespace tapmask
