// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/object_track.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "tapmask/core/stopwatch.h"
#include "tapmask/motion/archive_mat.h"
#include "tapmask/motion/bounding_box.h"
#include "tapmask/track/classical/graph_cut.h"
#include "tapmask/track/classical/mask_shape.h"
#include "tapmask/track/classical/region.h"

namespace tapmask {
namespace {

constexpr float kSmoothness = 7;        // Of the border, in the minimum cut.
constexpr int kCameraGuard = 15;        // Diameter by which objects are grown for camera motion.
constexpr int kMemoryMargin = 4;        // Pixels around the domain.
constexpr int kReferenceFrames = 5;     // From which it is known how alike the object stays.
constexpr double kMinLikeness = 0.4;    // Of the usual; below, the mask is doubtful.
constexpr double kFoundLikeness = 0.7;  // Of the usual, for an object that is seen again.
constexpr int kDoubtfulFrames = 2;      // In a row: the object is lost.
constexpr double kOccluded = 0.5;       // Share of the usual area, below which nothing is learnt.
constexpr float kSureLogit = 0.6f;      // Pixels with less are not learnt.
constexpr float kHardShare = 0.7f;      // Of the label in the probability that is carried on.

constexpr double kAllSeen = 0.95;       // Share of the whole area, above which all is seen,
constexpr double kPartHidden = 0.85;    // and below which part is hidden.
constexpr double kWholeFading = 0.995;  // A frame.
constexpr double kZoomPace = 0.2;       // Of the way to the size that is seen, a frame.

constexpr double kNothingToCompare = 0.6;  // Confidence when there were no trees to grow.
constexpr double kSurelyAbsent = 0.97;
constexpr double kPerhapsAbsent = 0.6;
constexpr double kHardlyAbsent = 0.1;

float Sigmoid(float x) {
  return 1 / (1 + std::exp(-x));
}

Mask MaskFromGrid(const cv::Mat& grid) {
  return Mask(grid.cols, grid.rows,
              std::vector<uint8_t>(grid.begin<uint8_t>(), grid.end<uint8_t>()));
}

cv::Mat MatFromField(const FlowField& field) {
  return cv::Mat(field.height, field.width, CV_32FC2, const_cast<float*>(field.xy.data())).clone();
}

// Pixels that are certainly background and whose flow can be believed.
cv::Mat FlowsWithBackground(const WorkingFrame& frame, const Prediction& expected,
                            const cv::Mat& residual) {
  constexpr float kMaxResidual = 2.5f;
  cv::Mat out(frame.size(), CV_8U, cv::Scalar(0));
  for (int y = 0; y < out.rows; ++y) {
    for (int x = 0; x < out.cols; ++x) {
      const auto& r = residual.at<cv::Vec2f>(y, x);
      out.at<uint8_t>(y, x) = expected.trust.at<float>(y, x) > 0.5f &&
                              expected.probability.at<float>(y, x) < 0.3f &&
                              r[0] * r[0] + r[1] * r[1] < kMaxResidual * kMaxResidual;
    }
  }
  return out;
}

// The cut's labels, softened by how clear they are.
cv::Mat Soften(const cv::Mat& mask, const Evidence& evidence) {
  cv::Mat out(mask.size(), CV_32F, cv::Scalar(0));
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      if (!evidence.domain.at<uint8_t>(y, x)) continue;
      const float p = Sigmoid(0.7f * evidence.logit.at<float>(y, x));
      const bool is_object = mask.at<uint8_t>(y, x) != 0;
      const float soft = is_object ? std::max(0.6f, p) : std::min(0.4f, p);
      out.at<float>(y, x) = kHardShare * float(is_object) + (1 - kHardShare) * soft;
    }
  }
  return out;
}

}  // namespace

void ObjectTrack::Given(const cv::Mat& mask, const WorkingFrame& frame) {
  mask_ = mask.clone();
  mask.convertTo(probability_, CV_32F, 1 / 255.0);
  leaving_ = false;
  doubtful_frames_ = 0;
  const int area = cv::countNonZero(mask);
  if (area == 0) {
    if (appearance_.Known()) appearance_.LearnAbsence(frame.features);
    memory_.reset();
    state_ = State::kAway;
    return;
  }
  state_ = State::kFollowed;
  place_ = PlaceOf(mask);
  given_side_ = place_.side;
  velocity_.reset();
  whole_ = {mask_, place_, {}, static_cast<double>(area)};
  usual_area_ = long_area_ = area;
  likeness_sum_ = 0;
  likeness_frames_ = 0;
  appearance_.Learn(frame.features, mask);
  memory_.emplace();
  memory_->Start(frame, mask);
}

ObjectTrack::Seen ObjectTrack::Next(const WorkingFrame& before, const WorkingFrame& frame,
                                    bool at_cut, int threads) {
  if (at_cut) {
    state_ = State::kCut;
    memory_.reset();
    mask_ = cv::Mat::zeros(frame.size(), CV_8U);
  }
  std::optional<Prediction> expected = Follow(before, frame);
  const bool has_trace = expected && expected->area >= MinArea();
  bool found_again = false, suspicion = false;
  if (state_ != State::kFollowed || !has_trace) {
    Sighting sighting = SearchEverywhere(appearance_, frame, place_, usual_area_);
    suspicion = sighting.suspicion;
    found_again = sighting.found.has_value();
    if (found_again) {
      expected = std::move(sighting.found);
      appearance_.ForgetRecent();
    }
  }
  if (!found_again && !has_trace) return Missing(frame, suspicion);

  const Look look = LookClosely(std::move(*expected), frame, threads);
  if (look.area == 0 || (found_again && !IsFoundAgain(look))) return Missing(frame, true);
  return Found(look, frame);
}

std::optional<Prediction> ObjectTrack::Follow(const WorkingFrame& before,
                                              const WorkingFrame& frame) const {
  const int area = cv::countNonZero(mask_);
  if (area == 0) return std::nullopt;
  const Stopwatch watch("prediction");
  Prediction p = FollowFlow(probability_, frame);
  if (FlowFailed(p, area)) SearchTemplate(mask_, probability_, before, frame, p);
  return p;
}

ObjectTrack::Look ObjectTrack::LookClosely(Prediction expected, const WorkingFrame& frame,
                                           int threads) {
  Look look;
  look.place = PlaceOf(expected.mask);
  if (const auto velocity = MeasureVelocity(expected, frame)) {
    velocity_ = velocity_ ? 0.5f * *velocity_ + 0.5f * *velocity : *velocity;
    whole_.shift += *velocity;
  } else if (velocity_) {
    whole_.shift += *velocity_;
  }
  cv::Mat hidden = cv::Mat::zeros(frame.size(), CV_8U);
  look.part_hidden = expected.area < kPartHidden * whole_.area;
  if (look.part_hidden) {
    look.place = whole_.PlaceNow();
    hidden = whole_.MaskNow();
  }
  look.place.zoom = place_.zoom;
  const cv::Mat distance = SignedDistance(expected.mask);
  const cv::Mat background = Grown(expected.mask, kCameraGuard) == 0;
  Homography camera;
  look.residual = MotionAgainstBackground(frame, background, camera);
  const MotionCue motion(look.residual, expected.mask, background);

  const cv::Mat domain = DomainAround(distance, look.place.side) | hidden;
  const cv::Rect box = Widened(BoundingBoxOf(domain), kMemoryMargin, frame.size());
  cv::Mat difference(box.size(), CV_32F, cv::Scalar(-1));
  if (memory_) {
    const Stopwatch watch("background memory");
    memory_->Move(frame, camera, FlowsWithBackground(frame, expected, look.residual), box);
    difference = memory_->Difference(frame);
  }
  look.evidence = GatherEvidence(
      {expected, distance, hidden, look.place, appearance_, look.residual, motion, difference, box},
      domain, frame, threads);
  {
    const Stopwatch watch("minimum cut");
    look.mask = CutGraph(frame.features.lab, look.evidence.logit, domain,
                         cv::Mat::zeros(frame.size(), CV_8U), kSmoothness);
    CleanUp(look.mask, expected.mask, look.evidence.logit, usual_area_);
  }
  look.area = cv::countNonZero(look.mask);
  look.likeness = look.area > 0 ? cv::mean(look.evidence.first, look.mask)[0] : 0;
  look.expected = std::move(expected);
  return look;
}

cv::Mat ObjectTrack::MotionAgainstBackground(const WorkingFrame& frame, const cv::Mat& background,
                                             Homography& camera) const {
  if (frame.backward.empty()) return cv::Mat::zeros(frame.size(), CV_32FC2);
  const Stopwatch watch("camera motion");
  camera = FitGlobalMotion(frame.flow.backward, MaskFromGrid(background == 0));
  return MatFromField(ResidualMotion(frame.flow.backward, camera));
}

bool ObjectTrack::IsFoundAgain(const Look& look) const {
  const double usual = likeness_frames_ > 0 ? likeness_sum_ / likeness_frames_ : 0.8;
  return look.likeness >= kFoundLikeness * usual && look.area >= 0.15 * usual_area_ &&
         look.area <= 3 * usual_area_;
}

ObjectTrack::Seen ObjectTrack::Found(const Look& look, const WorkingFrame& frame) {
  Judge(look);
  Seen seen;
  seen.confidence = Confidence(look);
  seen.probability = Soften(look.mask, look.evidence);
  seen.around = Widened(BoundingBoxOf(look.mask), 6, frame.size());
  Learn(look, frame);
  mask_ = look.mask;
  probability_ = seen.probability;
  leaving_ = IsLeaving();
  return seen;
}

ObjectTrack::Seen ObjectTrack::Missing(const WorkingFrame& frame, bool suspicion) {
  if (state_ == State::kFollowed || state_ == State::kLost) {
    state_ = leaving_ ? State::kLeft : State::kLost;
  }
  leaving_ = false;
  memory_.reset();
  mask_ = cv::Mat::zeros(frame.size(), CV_8U);
  Seen seen;
  probability_ = cv::Mat::zeros(frame.size(), CV_32F);
  seen.probability = probability_;
  switch (state_) {
    case State::kFollowed:
    case State::kLost: seen.absent_probability = kHardlyAbsent; break;
    case State::kLeft:
    case State::kCut:
    case State::kAway: seen.absent_probability = suspicion ? kPerhapsAbsent : kSurelyAbsent; break;
  }
  return seen;
}

void ObjectTrack::Judge(const Look& look) {
  if (likeness_frames_ < kReferenceFrames && look.area >= MinArea()) {
    likeness_sum_ += look.likeness;
    ++likeness_frames_;
  }
  const double usual = likeness_frames_ > 0 ? likeness_sum_ / likeness_frames_ : 1;
  if (look.area < MinArea() || look.likeness < kMinLikeness * usual) {
    if (++doubtful_frames_ >= kDoubtfulFrames) state_ = State::kLost;
  } else {
    doubtful_frames_ = 0;
    state_ = State::kFollowed;
  }
}

void ObjectTrack::Learn(const Look& look, const WorkingFrame& frame) {
  const bool trusted = state_ == State::kFollowed && look.area >= MinArea();
  if (trusted) {
    RememberWhole(look);
    double zoom = place_.zoom;
    if (!look.part_hidden) zoom += kZoomPace * (PlaceOf(look.mask).side / given_side_ - zoom);
    place_ = look.part_hidden ? look.place : PlaceOf(look.mask);
    place_.zoom = zoom;
    usual_area_ = 0.9 * usual_area_ + 0.1 * look.area;
    long_area_ = 0.95 * long_area_ + 0.05 * look.area;
  }
  if (trusted && look.area >= kOccluded * long_area_) {
    cv::Mat sure(frame.size(), CV_8U, cv::Scalar(255));
    for (int y = 0; y < sure.rows; ++y) {
      for (int x = 0; x < sure.cols; ++x) {
        if (!look.evidence.domain.at<uint8_t>(y, x)) continue;
        const float logit = look.evidence.logit.at<float>(y, x);
        const float agreement = look.mask.at<uint8_t>(y, x) ? logit : -logit;
        if (agreement < kSureLogit) sure.at<uint8_t>(y, x) = 0;
      }
    }
    appearance_.Follow(frame.features, look.residual, look.mask, sure, place_);
  }
  const Stopwatch watch("background memory");
  if (memory_) {
    memory_->Update(frame, look.mask, look.evidence.logit);
  } else {
    memory_.emplace();
    memory_->Start(frame, look.mask);
  }
}

// Set by hand. The best single sign of a wrong mask is that the trees alone, without flow, memory
// and smoothness, would have drawn another one; then, that much of the object vanished.
double ObjectTrack::Confidence(const Look& look) const {
  if (!appearance_.Known()) return kNothingToCompare;  // The mask fills the picture.
  int both = 0, either = 0;
  for (int y = 0; y < look.mask.rows; ++y) {
    for (int x = 0; x < look.mask.cols; ++x) {
      if (!look.evidence.domain.at<uint8_t>(y, x)) continue;
      const bool by_trees =
          look.evidence.first.at<float>(y, x) + look.evidence.recent.at<float>(y, x) > 1;
      const bool found = look.mask.at<uint8_t>(y, x) != 0;
      both += by_trees && found;
      either += by_trees || found;
    }
  }
  const double agreement = either > 0 ? static_cast<double>(both) / either : 0;
  const double collapse = std::log((look.area + 10) / (long_area_ + 10));
  const double z = 20 * (agreement - 0.67) + 2 * std::min(0.0, collapse + 0.7);
  const double p = 1 / (1 + std::exp(-z));
  return state_ == State::kFollowed ? p : std::min(p, 0.2);
}

// The median motion of the object in the picture; nothing when the flow is no use.
std::optional<cv::Vec2f> ObjectTrack::MeasureVelocity(const Prediction& expected,
                                                      const WorkingFrame& frame) const {
  constexpr double kMinAgreement = 0.6;
  if (frame.backward.empty() || expected.flow_agreement < kMinAgreement) return std::nullopt;
  std::vector<float> dx, dy;
  for (int y = 0; y < frame.bgr.rows; ++y) {
    for (int x = 0; x < frame.bgr.cols; ++x) {
      if (!expected.mask.at<uint8_t>(y, x)) continue;
      dx.push_back(-frame.backward.at<cv::Vec2f>(y, x)[0]);
      dy.push_back(-frame.backward.at<cv::Vec2f>(y, x)[1]);
    }
  }
  if (dx.empty()) return std::nullopt;
  const auto median = [](std::vector<float>& v) {
    std::nth_element(v.begin(), v.begin() + static_cast<ptrdiff_t>(v.size() / 2), v.end());
    return v[v.size() / 2];
  };
  return cv::Vec2f(median(dx), median(dy));
}

void ObjectTrack::RememberWhole(const Look& look) {
  whole_.area *= kWholeFading;
  if (look.area < kAllSeen * whole_.area) return;
  whole_ = {look.mask, PlaceOf(look.mask), {}, std::max(whole_.area, double(look.area))};
}

ObjectPlace ObjectTrack::Whole::PlaceNow() const {
  return {place.x + shift[0], place.y + shift[1], place.side};
}

cv::Mat ObjectTrack::Whole::MaskNow() const {
  const cv::Mat move = (cv::Mat_<double>(2, 3) << 1, 0, shift[0], 0, 1, shift[1]);
  cv::Mat out;
  cv::warpAffine(mask, out, move, mask.size(), cv::INTER_NEAREST);
  return out;
}

// True when at its present speed nearly all of the object will be outside of the picture in the
// next frame, or when only little of it is left, at the border, on its way out.
bool ObjectTrack::IsLeaving() const {
  std::vector<cv::Point> pixels;
  cv::findNonZero(mask_, pixels);
  if (pixels.empty() || !velocity_) return false;
  const float vx = (*velocity_)[0], vy = (*velocity_)[1];
  const float right = static_cast<float>(mask_.cols - 1);
  const float bottom = static_cast<float>(mask_.rows - 1);
  size_t outside_next = 0;
  std::array<double, 4> at_side{};  // Pixels at the left, right, upper, lower side.
  for (const cv::Point& p : pixels) {
    const float nx = static_cast<float>(p.x) + vx, ny = static_cast<float>(p.y) + vy;
    outside_next += nx < 0 || ny < 0 || nx > right || ny > bottom;
    at_side[0] += p.x == 0;
    at_side[1] += p.x == mask_.cols - 1;
    at_side[2] += p.y == 0;
    at_side[3] += p.y == mask_.rows - 1;
  }
  if (static_cast<double>(outside_next) >= 0.9 * static_cast<double>(pixels.size())) return true;

  constexpr float kOutwards = 0.3f;  // Pixels a frame.
  const std::array<bool, 4> outwards{vx<-kOutwards, vx> kOutwards, vy<-kOutwards, vy> kOutwards};
  const double area = static_cast<double>(pixels.size());
  for (size_t side = 0; side < 4; ++side) {
    if (outwards[side] && at_side[side] >= 0.3 * std::sqrt(area) && area <= 0.35 * long_area_) {
      return true;
    }
  }
  return false;
}

double ObjectTrack::MinArea() const {
  return std::max(std::min(12.0, 0.5 * usual_area_), 0.04 * usual_area_);
}

void ObjectTrack::Whole::Archive(StateArchive& archive) {
  archive(mask, place, shift, area);
}

void ObjectTrack::Archive(StateArchive& archive) {
  archive(appearance_, memory_, state_, mask_, probability_, place_, given_side_, whole_, velocity_,
          usual_area_, long_area_, likeness_sum_, likeness_frames_, doubtful_frames_, leaving_);
}

}  // namespace tapmask
