// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "tapmask/core/error.h"
#include "tapmask/core/parallel.h"
#include "tapmask/core/stopwatch.h"
#include "tapmask/effect/erase/compose.h"
#include "tapmask/effect/erase/harmonic.h"
#include "tapmask/effect/erase/inventor.h"
#include "tapmask/effect/erase/moving_places.h"
#include "tapmask/effect/erase/scene_motion.h"
#include "tapmask/effect/erase/sources.h"
#include "tapmask/effect/erase/still_camera.h"
#include "tapmask/effect/eraser.h"
#include "tapmask/motion/cut_detector.h"
#include "tapmask/motion/opencv_errors.h"

namespace tapmask {
namespace {

constexpr int kReach = 30;       // Frames, to where samples are copied from.
constexpr int kFirstReach = 12;  // For the first fill at working size.
constexpr int kLeastReach = 4;
constexpr float kMaxCarryError = 2;  // Working pixels, of the step from the frame before,
constexpr float kMaxCarryChange = 0.5f;
constexpr float kMaxCarriedError = 1;  // and of what was copied there.

int64_t BytesOf(const Frame& frame) {
  int64_t bytes = 0;
  for (int p = 0; p < frame.format().planes(); ++p) {
    bytes += frame.StrideBytes(p) * frame.PlaneHeight(p);
  }
  return bytes;
}

// Eraser in three steps, each some frames ahead of the next, so that each has the frames around it:
// motion of the background, with holes filled smoothly; a fill at working size from other frames;
// better motion from that, and the fill of the frames themselves.
class ClassicalEraser final : public Eraser {
 public:
  explicit ClassicalEraser(const ClassicalEraserOptions& options) : options_(options) {}

  void Push(Frame frame, const Mask& mask, bool erase) override {
    if (!(mask.size() == frame.size())) {
      throw Error(Code::kInvalidArgument, "The mask must have the size of the frame.");
    }
    if (!window_.empty() && !(frame.size() == window_.back().frame.size() &&
                              frame.format() == window_.back().frame.format())) {
      throw Error(Code::kInvalidArgument, "All frames of a video must have one size and format.");
    }
    TranslateOpenCvErrors([&] { Add(std::move(frame), mask, erase); });
  }

  void Finish() override { finished_ = true; }

  std::optional<ErasedFrame> Pop() override {
    const int frames = static_cast<int>(window_.size());
    if (next_ >= frames || (!finished_ && next_ + reach_ + first_reach_ >= frames)) {
      return std::nullopt;
    }
    return TranslateOpenCvErrors([&] { return Erase(); });
  }

 private:
  void Add(Frame frame, const Mask& mask, bool erase) {
    if (window_.empty()) ChooseReach(frame);
    WindowFrame added;
    added.frame = std::move(frame);
    added.erase = erase;
    added.full = PictureOf(added.frame, mask);
    added.has_hole = !added.full.holes[0].Empty();
    {
      const Stopwatch watch("working size");
      added.small =
          ShrinkPicture(added.full, added.frame.format().bits, WorkingSize(added.frame.size()));
    }
    {
      const Stopwatch watch("cut detection");
      const cv::Mat& gray = added.small.planes[0];
      added.begins_shot = cuts_.Next(
          {gray.cols, gray.rows, std::vector<uint8_t>(gray.begin<uint8_t>(), gray.end<uint8_t>())});
    }
    window_.push_back(std::move(added));
  }

  void ChooseReach(const Frame& frame) {
    // Beside a frame's samples some 24 bytes for every working pixel.
    const int64_t bytes = BytesOf(frame) + int64_t{24} * WorkingSize(frame.size()).area();
    const int64_t frames = options_.memory_bytes / bytes;
    const double share =
        std::min(1.0, static_cast<double>(frames) / (2 * kReach + kFirstReach + 1));
    reach_ = std::max(kLeastReach, static_cast<int>(share * kReach));
    first_reach_ = std::max(kLeastReach / 2, static_cast<int>(share * kFirstReach));
  }

  void CheckStop() const {
    if (options_.stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
  }

  static cv::Mat HoleOf(const WindowFrame& frame) {
    return frame.small.holes[0].Whole(frame.small.size());
  }

  WindowFrame& At(int i) { return window_[static_cast<size_t>(i)]; }
  int Last() const { return static_cast<int>(window_.size()) - 1; }

  void NeedFirstMotion(int from, int to) {
    for (int i = std::max(1, from); i <= std::min(to, Last()); ++i) {
      WindowFrame& later = At(i);
      if (later.begins_shot || later.first.forth.Known() || later.better.forth.Known()) continue;
      CheckStop();
      const Stopwatch watch("first motion");
      const WindowFrame& earlier = At(i - 1);
      later.first = FirstMotion(flow_, earlier.small.planes[0], HoleOf(earlier),
                                later.small.planes[0], HoleOf(later), options_.threads);
      later.layers = FindLayers(later.first, earlier.small.planes[0], HoleOf(earlier),
                                later.small.planes[0], HoleOf(later));
      LinkLayers(At(i - 1).layers, later.layers);
      later.light = LightChange(later.first.back, earlier.small, later.small);
    }
  }

  void NeedFilled(int from, int to) {
    for (int i = std::max(0, from); i <= std::min(to, Last()); ++i) {
      WindowFrame& at = At(i);
      if (!at.filled.planes.empty()) continue;
      at.invented = cv::Mat::zeros(at.small.size(), CV_8U);
      at.filled = at.small;
      if (!at.has_hole) continue;
      CheckStop();
      NeedFirstMotion(i - first_reach_ + 1, i + first_reach_);
      HiddenPlaces hidden;
      {
        const Stopwatch watch("first sources");
        hidden = FindSources(window_, i, first_reach_, MotionKind::kFirst, options_.threads);
        at.moving = TakeMovingPlaces(window_, i, first_reach_, hidden, options_.threads);
        WeighSources(window_, i, IsYuv(), hidden);
        hidden.trust.setTo(1);  // Motion is found better on what is sharp.
      }
      const Stopwatch watch("first fill");
      const auto planes = static_cast<int>(at.small.planes.size());
      std::vector<cv::Mat> missing(at.small.planes.size());
      RunTasks(planes, options_.threads, [&](int plane) {
        const auto p = static_cast<size_t>(plane);
        at.filled.planes[p] = at.small.planes[p].clone();
        missing[p] = ComposePlane(
            at.filled.planes[p], at.small.holes[p], hidden, at.small.planes[p],
            [&](int s) {
              return SourcePlane{At(s).small.planes[p], At(s).small.holes[p],
                                 LightBetween(window_, s, i)[p]};
            },
            255);
        Invent(at.filled.planes[p], missing[p]);
      });
      for (const cv::Mat& m : missing) at.invented |= m;
    }
  }

  void NeedBetterMotion(int from, int to) {
    for (int i = std::max(1, from); i <= std::min(to, Last()); ++i) {
      WindowFrame& later = At(i);
      if (later.begins_shot || later.better.forth.Known()) continue;
      CheckStop();
      NeedFirstMotion(i, i);
      NeedFilled(i - 1, i);
      const Stopwatch watch("better motion");
      const WindowFrame& earlier = At(i - 1);
      later.better = BetterMotion(fine_flow_, later.first, earlier.filled.planes[0],
                                  HoleOf(earlier), earlier.invented, later.filled.planes[0],
                                  HoleOf(later), later.invented, options_.threads);
    }
  }

  ErasedFrame Erase() {
    WindowFrame& at = At(next_);
    ErasedFrame out;
    out.frame = at.frame;
    if (at.has_hole && at.erase) {
      NeedFirstMotion(next_ - reach_ + 1, next_ + reach_);
      out.camera_is_still = IsStill(window_, next_, reach_);
      if (!out.camera_is_still) NeedBetterMotion(next_ - reach_ + 1, next_ + reach_);
      HiddenPlaces hidden;
      {
        const Stopwatch watch("sources");
        if (out.camera_is_still) {
          if (!at.begins_shot && !at.better.back.Known())
            at.better.back = NoMotion(at.small.size());
          hidden = FindStillSources(window_, next_, reach_, options_.threads);
          TakeMovingPlaces(window_, next_, reach_, hidden, options_.threads);
        } else {
          hidden = FindSources(window_, next_, reach_, MotionKind::kBetter, options_.threads);
          LeaveCamera(at.moving, hidden);
        }
        out.confidence = WeighSources(window_, next_, IsYuv(), hidden);
      }
      Fill(hidden, out);
      uncertain_ = Uncertain(hidden);
    }
    previous_ = out.frame;
    previous_holes_ = at.full.holes;
    if (at.erase) std::fill(previous_holes_.begin(), previous_holes_.end(), Hole());
    if (!at.erase || !at.has_hole) {
      invented_.release();
      uncertain_.release();
    }
    Forget();
    return out;
  }

  static Motion NoMotion(const cv::Size& size) {
    return {cv::Mat::zeros(size, CV_16SC2), cv::Mat::zeros(size, CV_8U), {}};
  }

  // What no later frame needs.
  void Forget() {
    const int filled = next_ + reach_;  // Up to here there are fills and better motion.
    for (int i = std::max(0, filled - first_reach_ - 2); i >= 0; --i) {
      if (i > Last() || !At(i).better.forth.Known()) continue;
      if (!At(i).first.forth.Known()) break;
      At(i).first = {};
      At(i).layers = {};
    }
    ++next_;
    while (next_ > reach_) {
      window_.pop_front();
      --next_;
    }
  }

  void Fill(const HiddenPlaces& hidden, ErasedFrame& out) {
    const WindowFrame& at = At(next_);
    const int max_value = out.frame.format().max_value();
    std::vector<cv::Mat> planes, missing;
    {
      const Stopwatch watch("fill");
      const int count = out.frame.format().planes();
      for (int p = 0; p < count; ++p) {
        const cv::Mat& full = at.full.planes[static_cast<size_t>(p)];
        uint8_t* data = out.frame.MutableData(p);
        planes.emplace_back(full.rows, full.cols, full.type(), data,
                            static_cast<size_t>(out.frame.StrideBytes(p)));
      }
      missing.resize(planes.size());
      RunTasks(count, options_.threads, [&](int p) {
        const auto plane = static_cast<size_t>(p);
        missing[plane] = ComposePlane(
            planes[plane], at.full.holes[plane], hidden, at.small.planes[plane],
            [&](int s) {
              return SourcePlane{At(s).full.planes[plane], At(s).full.holes[plane],
                                 LightBetween(window_, s, next_)[plane] *
                                     static_cast<float>((max_value + 1) / 256)};
            },
            max_value);
        CarryOn(p, planes[plane], missing[plane]);
      });
    }
    const Stopwatch watch("made up");
    const bool follows = at.better.back.Known() && !invented_.empty();
    inventor_.Fill(planes, missing, follows ? &at.better.back : nullptr, at.small.size(),
                   max_value);
    const double all = cv::countNonZero(at.full.holes[0].inside);
    out.invented_share = cv::countNonZero(missing[0]) / all;
    out.seen_share = 1 - out.invented_share;
    out.confidence *= out.seen_share;
    // So wide that nothing read beside it holds any of it: what is carried on counts as seen.
    cv::Mat made_up;
    missing[0].convertTo(made_up, CV_32F);
    cv::resize(made_up, made_up, at.small.size(), 0, 0, cv::INTER_AREA);
    cv::dilate(made_up > 0, invented_, cv::getStructuringElement(cv::MORPH_RECT, {7, 7}));
  }

  // 8U at working size: places that were copied from where they may not have been in sight.
  static cv::Mat Uncertain(const HiddenPlaces& hidden) {
    cv::Mat out = cv::Mat::zeros(hidden.index.size(), CV_8U);
    for (size_t n = 0; n < hidden.places.size(); ++n) {
      bool has_source = false, is_sure = false;
      for (const Source& s : hidden.sources[n]) {
        has_source = has_source || s.frame >= 0;
        is_sure = is_sure || (s.frame >= 0 && s.error < kMaxCarriedError);
      }
      if (has_source && !is_sure) out.at<uint8_t>(hidden.places[n]) = 255;
    }
    return out;
  }

  // What the frame before shows, after it was erased, so that what was in sight long ago is not
  // forgotten.
  void CarryOn(int p, cv::Mat& target, cv::Mat& missing) {
    const Motion& back = At(next_).better.back;
    if (previous_.Empty() || !back.Known()) return;
    const cv::Mat before(target.rows, target.cols, target.type(),
                         const_cast<uint8_t*>(previous_.Data(p)),
                         static_cast<size_t>(previous_.StrideBytes(p)));
    const float light = At(next_).light[static_cast<size_t>(p)] *
                        static_cast<float>((At(next_).frame.format().max_value() + 1) / 256);
    const Hole& unknown = previous_holes_[static_cast<size_t>(p)];
    const Motion* steps_before = nullptr;
    if (next_ > 0 && At(next_ - 1).better.back.Known()) steps_before = &At(next_ - 1).better.back;
    std::vector<cv::Point> places;
    cv::findNonZero(missing, places);
    for (const cv::Point& place : places) {
      const cv::Point2f working = MapPlace(place, target.size(), back.flow.size());
      const Bilinear here(working, back.flow.size());
      if (here.Error(back) > kMaxCarryError) continue;
      const cv::Point2f place_before = working + here.Flow(back);
      const Bilinear there(place_before, back.flow.size());
      if (steps_before &&
          IsOther(*steps_before, there, place_before, AgainstCamera(back, here, working))) {
        continue;
      }
      if (!uncertain_.empty() && uncertain_.at<uint8_t>(there.y0, there.x0)) continue;
      const cv::Point2f from = MapPlace(place_before, back.flow.size(), target.size());
      if (!invented_.empty() && invented_.at<uint8_t>(there.y0, there.x0)) continue;
      float value = 0;
      if (!SampleKnown(before, unknown, from.x, from.y, value)) continue;
      value = std::max(0.0f, value + light);
      if (target.depth() == CV_8U) {
        target.at<uint8_t>(place) = cv::saturate_cast<uint8_t>(value);
      } else {
        const float most = static_cast<float>(At(next_).frame.format().max_value());
        target.at<uint16_t>(place) = cv::saturate_cast<uint16_t>(std::min(value, most));
      }
      missing.at<uint8_t>(place) = 0;
    }
  }

  // True when what is in place `p` in the frame before moved in another way there.
  static bool IsOther(const Motion& motion, const Bilinear& there, const cv::Point2f& p,
                      const cv::Point2f& own) {
    const cv::Point2f change = AgainstCamera(motion, there, p) - own;
    return change.dot(change) > kMaxCarryChange * kMaxCarryChange;
  }

  static void Invent(cv::Mat& plane, const cv::Mat& missing) {
    if (cv::countNonZero(missing) == 0) return;
    cv::Mat field;
    plane.convertTo(field, CV_32F);
    FillHarmonic(field, missing, 128);
    cv::Mat samples;
    field.convertTo(samples, plane.type());
    samples.copyTo(plane, missing);
  }

  bool IsYuv() const { return window_.back().frame.format().model == PixelFormat::Model::kYuv; }

  const ClassicalEraserOptions options_;
  FlowEstimator flow_;
  FlowEstimator fine_flow_{FlowEstimator::Detail::kFine};
  CutDetector cuts_;
  int reach_ = kReach, first_reach_ = kFirstReach;
  Window window_;
  int next_ = 0;  // Position in the window of the next frame to come out.
  bool finished_ = false;
  Inventor inventor_;
  Frame previous_;  // The last one that came out,
  std::vector<Hole>
      previous_holes_;  // and what in it is still to be seen, where it was not erased.
  cv::Mat invented_;    // 8U at working size: what of it was made up,
  cv::Mat uncertain_;   // and what may be wrong. Empty: nothing.
};

}  // namespace

std::unique_ptr<Eraser> MakeClassicalEraser(const ClassicalEraserOptions& options) {
  return std::make_unique<ClassicalEraser>(options);
}

}  // namespace tapmask
