// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "tapmask/core/archive_values.h"
#include "tapmask/core/error.h"
#include "tapmask/core/parallel.h"
#include "tapmask/core/stopwatch.h"
#include "tapmask/effect/erase/carried.h"
#include "tapmask/effect/erase/compose.h"
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

int64_t BytesOf(const Frame& frame) {
  int64_t bytes = 0;
  for (int p = 0; p < frame.format().planes(); ++p) {
    bytes += frame.StrideBytes(p) * frame.PlaneHeight(p);
  }
  return bytes;
}

// Eraser in three steps, each some frames ahead of the next, so that each has the frames around it:
// motion of the background, with holes filled smoothly; a fill at working size from other frames;
// better motion from that, and the fill of the frames themselves. Where the camera stands still,
// the fill follows the first motion at once.
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

  void Archive(StateArchive& archive, const KnownFrames& frames) override {
    archive(cuts_, reach_, first_reach_, next_, inventor_, carried_);
    size_t count = archive.Count(window_.size(), 1);
    if (!archive.saves()) window_.resize(count);
    for (WindowFrame& at : window_) ArchiveFrame(archive, frames, at);
    if (!archive.saves() && next_ > 0) carried_.SetFrame(frames.done(At(next_ - 1).frame.index));
  }

  int64_t oldest_frame() const override {
    return window_.empty() ? std::numeric_limits<int64_t>::max() : window_.front().frame.index;
  }

 private:
  static void ArchiveFrame(StateArchive& archive, const KnownFrames& frames, WindowFrame& at) {
    int64_t index = at.frame.index;
    Mask mask;
    if (archive.saves()) mask = MaskOf(at.full.holes[0], at.full.size());
    archive(index, mask, at);
    if (archive.saves()) return;
    at.frame = frames.pushed(index);
    at.full = PictureOf(at.frame, mask);
  }

  static Mask MaskOf(const Hole& hole, const cv::Size& size) {
    const cv::Mat whole = hole.Whole(size);
    return {size.width, size.height, {whole.begin<uint8_t>(), whole.end<uint8_t>()}};
  }

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
      later.sharpness = SharpnessChange(later.first.back, earlier.small, later.small);
    }
  }

  void NeedFilled(int from, int to) {
    for (int i = std::max(0, from); i <= std::min(to, Last()); ++i) {
      WindowFrame& at = At(i);
      if (!at.filled.empty()) continue;
      at.invented = cv::Mat::zeros(at.small.size(), CV_8U);
      at.filled = at.small.planes[0];
      if (!at.has_hole) continue;
      CheckStop();
      NeedFirstMotion(i - first_reach_ + 1, i + first_reach_);
      HiddenPlaces hidden;
      {
        const Stopwatch watch("first sources");
        hidden = FindSources(window_, i, first_reach_, MotionKind::kFirst, options_.threads);
        at.moving = TakeMovingPlaces(window_, i, first_reach_, hidden, options_.threads);
        WeighSources(window_, i, IsYuv(), hidden);
        hidden.trust.setTo(cv::Scalar::all(1));  // Motion is found better on what is sharp.
      }
      const Stopwatch watch("first fill");
      at.filled = at.small.planes[0].clone();
      at.invented = ComposePlane(
          at.filled, at.small.holes[0], hidden, at.small.planes[0],
          [&](int s) {
            return SourcePlane{At(s).small.planes[0], At(s).small.holes[0],
                               LightBetween(window_, s, i)[0]};
          },
          255);
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
      later.better =
          BetterMotion(fine_flow_, later.first, earlier.filled, HoleOf(earlier), earlier.invented,
                       later.filled, HoleOf(later), later.invented, options_.threads);
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
        hidden = out.camera_is_still ? FindStill() : FindAlongMotion();
        out.confidence = WeighSources(window_, next_, IsYuv(), hidden);
      }
      const cv::Mat made_up = Fill(hidden, out);
      carried_.Remember(out.frame, at, hidden, made_up);
    } else {
      carried_.Remember(out.frame, at);
    }
    Forget();
    return out;
  }

  HiddenPlaces FindAlongMotion() const {
    HiddenPlaces hidden =
        FindSources(window_, next_, reach_, MotionKind::kBetter, options_.threads);
    LeaveCamera(window_[static_cast<size_t>(next_)].moving, hidden);
    return hidden;
  }

  HiddenPlaces FindStill() {
    WindowFrame& at = At(next_);
    if (!at.begins_shot && !at.better.back.Known()) at.better.back = NoMotion(at.small.size());
    HiddenPlaces hidden = FindStillSources(window_, next_, reach_, options_.threads);
    hidden.not_carried = TakeMovingPlaces(window_, next_, reach_, hidden, options_.threads);
    if (hidden.not_carried.empty() && !at.moving.empty()) {  // The camera has just stopped.
      const HiddenPlaces along_motion = FindAlongMotion();
      for (size_t n = 0; n < hidden.places.size(); ++n) {
        if (at.moving.at<uint8_t>(hidden.places[n])) hidden.sources[n] = along_motion.sources[n];
      }
      hidden.not_carried = at.moving;
    }
    return hidden;
  }

  static Motion NoMotion(const cv::Size& size) {
    return {cv::Mat::zeros(size, CV_16SC2), cv::Mat::zeros(size, CV_8U), {}, {}};
  }

  // What no later frame needs.
  void Forget() {
    int filled = Last();
    while (filled >= 0 && At(filled).filled.empty()) --filled;
    for (int i = filled - first_reach_ - 2; i >= 0; --i) {
      if (!At(i).better.forth.Known()) continue;
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

  // Returns which samples of the first plane were made up, 8U.
  cv::Mat Fill(const HiddenPlaces& hidden, ErasedFrame& out) {
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
        carried_.Fill(window_, next_, p, hidden.not_carried, planes[plane], missing[plane]);
      });
    }
    const Stopwatch watch("made up");
    const bool follows = at.better.back.Known() && carried_.HasMadeUp();
    inventor_.Fill(planes, missing, follows ? &at.better.back : nullptr, at.small.size(),
                   max_value);
    const double all = cv::countNonZero(at.full.holes[0].inside);
    out.invented_share = cv::countNonZero(missing[0]) / all;
    out.seen_share = 1 - out.invented_share;
    out.confidence *= out.seen_share;
    return missing[0];
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
  CarriedFrame carried_;
};

}  // namespace

std::unique_ptr<Eraser> MakeClassicalEraser(const ClassicalEraserOptions& options) {
  return std::make_unique<ClassicalEraser>(options);
}

}  // namespace tapmask
