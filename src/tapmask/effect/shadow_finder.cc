// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/shadow_finder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "tapmask/core/archive_values.h"
#include "tapmask/core/error.h"
#include "tapmask/effect/erase/window.h"
#include "tapmask/motion/cut_detector.h"
#include "tapmask/motion/opencv_errors.h"

namespace tapmask {
namespace {

// Lengths in working pixels, set by hand.
constexpr int kShadowReach = 30, kLeastShadowReach = 5, kStride = 4;  // Frames.
constexpr size_t kLeastValues = 2;   // Of frames that show a place.
constexpr double kUnshadowed = 0.7;  // The share of them that is no brighter than the ground.
constexpr float kDarker = 0.9f;      // Than the ground, of a shadow,
constexpr float kDarkerLevels = 4;   // and by so many grey levels more,
constexpr float kDarkGround = 24;    // on ground that is not dark anyway.
constexpr float kOtherColour = 14;   // Grey levels of chroma.
constexpr int kGap = 5;              // Between the mask and its shadow.
constexpr int kEdge = 3;             // What is taken beside a shadow, for its soft edge.
constexpr double kMostOfMask = 2;    // A shadow larger than so many masks is something else.

cv::Mat Disk(int radius) {
  return cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * radius + 1, 2 * radius + 1});
}

Homography Then(const Homography& second, const Homography& first) {
  Homography out;
  for (size_t r = 0; r < 3; ++r) {
    for (size_t c = 0; c < 3; ++c) {
      out.m[3 * r + c] = second.m[3 * r] * first.m[c] + second.m[3 * r + 1] * first.m[3 + c] +
                         second.m[3 * r + 2] * first.m[6 + c];
    }
  }
  return out;
}

// Another frame that may show the ground, and where.
struct View {
  const WindowFrame* frame;
  Homography there;
  Light light;  // What has to be added to its samples.
};

std::vector<View> ViewsFrom(const Window& window, int at, int reach) {
  std::vector<View> views;
  for (const int direction : {1, -1}) {
    Homography there;
    for (int frame = at, step = 1; step <= reach; ++step) {
      const Motion* motion = StepFrom(window, frame, direction, MotionKind::kFirst);
      if (!motion) break;
      there = Then(motion->camera, there);
      frame += direction;
      if (step % kStride != 0) continue;
      views.push_back(
          {&window[static_cast<size_t>(frame)], there, LightBetween(window, frame, at)});
    }
  }
  return views;
}

// What of the ground the views show at a place; nothing when they are too few.
std::optional<Light> Ground(const std::vector<View>& views, int x, int y, size_t planes) {
  std::array<std::vector<float>, 3> values;
  for (const View& view : views) {
    const Point2f there = view.there.Map(x, y);
    const cv::Point2f p(static_cast<float>(there.x), static_cast<float>(there.y));
    if (SightOf(*view.frame, p) != Sight::kSeen) continue;
    for (size_t c = 0; c < planes; ++c) {
      float value = 0;
      if (!SampleKnown(view.frame->small.planes[c], view.frame->small.holes[c], p.x, p.y, value)) {
        break;
      }
      values[c].push_back(value + view.light[c]);
    }
  }
  if (values[planes - 1].size() < kLeastValues) return std::nullopt;
  Light ground{};
  for (size_t c = 0; c < planes; ++c) {
    const double share = c == 0 ? kUnshadowed : 0.5;
    const auto n =
        static_cast<ptrdiff_t>(std::lround(share * static_cast<double>(values[c].size() - 1)));
    std::nth_element(values[c].begin(), values[c].begin() + n, values[c].end());
    ground[c] = values[c][static_cast<size_t>(n)];
  }
  return ground;
}

// 8U at working size: where the frame is darker than the ground, around the mask.
cv::Mat Darker(const Window& window, int at, int reach, bool is_yuv) {
  const WindowFrame& here = window[static_cast<size_t>(at)];
  const cv::Size size = here.small.size();
  const Hole& hole = here.small.holes[0];
  const int margin = std::max(hole.box.width, hole.box.height);
  const cv::Rect around = cv::Rect(hole.box.x - margin, hole.box.y - margin,
                                   hole.box.width + 2 * margin, hole.box.height + 2 * margin) &
                          cv::Rect({0, 0}, size);
  const std::vector<View> views = ViewsFrom(window, at, reach);
  const size_t planes = is_yuv ? here.small.planes.size() : 1;
  cv::Mat darker = cv::Mat::zeros(size, CV_8U);
  for (int y = around.y; y < around.y + around.height; ++y) {
    for (int x = around.x; x < around.x + around.width; ++x) {
      if (hole.At(x, y)) continue;
      const std::optional<Light> ground = Ground(views, x, y, planes);
      if (!ground || (*ground)[0] < kDarkGround) continue;
      const auto value = static_cast<float>(here.small.planes[0].at<uint8_t>(y, x));
      bool is_darker = value < kDarker * (*ground)[0] - kDarkerLevels;
      for (size_t c = 1; c < planes; ++c) {
        const auto chroma = static_cast<float>(here.small.planes[c].at<uint8_t>(y, x));
        is_darker = is_darker && std::abs(chroma - (*ground)[c]) < kOtherColour;
      }
      if (is_darker) darker.at<uint8_t>(y, x) = 255;
    }
  }
  return darker;
}

// Without specks and holes, and only what is joined to the mask. Empty: nothing.
cv::Mat JoinedTo(const Hole& hole, cv::Mat darker) {
  cv::medianBlur(darker, darker, 5);
  cv::morphologyEx(darker, darker, cv::MORPH_CLOSE, Disk(2));
  const cv::Mat mask = hole.Whole(darker.size());
  cv::Mat near, labels;
  cv::dilate(mask, near, Disk(kGap));
  const int count = cv::connectedComponents(darker, labels);
  std::vector<bool> is_joined(static_cast<size_t>(count), false);
  for (int y = 0; y < labels.rows; ++y) {
    for (int x = 0; x < labels.cols; ++x) {
      if (near.at<uint8_t>(y, x)) is_joined[static_cast<size_t>(labels.at<int>(y, x))] = true;
    }
  }
  is_joined[0] = false;
  cv::Mat out = cv::Mat::zeros(darker.size(), CV_8U);
  for (int y = 0; y < labels.rows; ++y) {
    for (int x = 0; x < labels.cols; ++x) {
      if (is_joined[static_cast<size_t>(labels.at<int>(y, x))]) out.at<uint8_t>(y, x) = 255;
    }
  }
  const int area = cv::countNonZero(out);
  if (area == 0 || area > kMostOfMask * cv::countNonZero(mask)) return {};
  cv::dilate(out, out, Disk(kEdge));
  return out;
}

Mask Joined(const Mask& mask, const cv::Mat& small_shadow) {
  if (small_shadow.empty()) return mask;
  cv::Mat shadow;
  cv::resize(small_shadow, shadow, {mask.width(), mask.height()}, 0, 0, cv::INTER_NEAREST);
  return Union(mask, Mask(mask.width(), mask.height(),
                          std::vector<uint8_t>(shadow.begin<uint8_t>(), shadow.end<uint8_t>())));
}

}  // namespace

struct ShadowFinder::State {
  explicit State(const ShadowFinderOptions& o) : options(o) {}

  void Add(Frame frame, const Mask& mask) {
    WindowFrame added;
    const Picture full = PictureOf(frame, mask);
    added.has_hole = !full.holes[0].Empty();
    added.small = ShrinkPicture(full, frame.format().bits, WorkingSize(frame.size()));
    const cv::Mat& gray = added.small.planes[0];
    added.begins_shot = cuts.Next(
        {gray.cols, gray.rows, std::vector<uint8_t>(gray.begin<uint8_t>(), gray.end<uint8_t>())});
    if (!window.empty() && !added.begins_shot) {
      const WindowFrame& before = window.back();
      const auto hole = [](const WindowFrame& f) { return f.small.holes[0].Whole(f.small.size()); };
      added.first = FirstMotion(flow, before.small.planes[0], hole(before), gray, hole(added),
                                options.threads);
      added.light = LightChange(added.first.back, before.small, added.small);
    }
    added.frame = std::move(frame);
    window.push_back(std::move(added));
    masks.push_back(mask);
  }

  Found Next() {
    if (options.stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
    WindowFrame& at = window[static_cast<size_t>(next)];
    Found found{std::move(at.frame), std::move(masks.front())};
    masks.pop_front();
    if (at.has_hole) {
      const bool is_yuv = found.frame.format().model == PixelFormat::Model::kYuv;
      const cv::Mat darker = Darker(window, next, reach, is_yuv);
      found.mask = Joined(found.mask, JoinedTo(at.small.holes[0], darker));
    }
    ++next;
    while (next > kShadowReach) {
      window.pop_front();
      --next;
    }
    return found;
  }

  void Archive(StateArchive& archive, const KnownFrames& frames) {
    archive(cuts, masks, next, reach);
    const size_t count = archive.Count(window.size(), 1);
    if (!archive.saves()) window.resize(count);
    for (size_t i = 0; i < count; ++i) {
      WindowFrame& at = window[i];
      int64_t index = at.frame.index;
      archive(index, at);
      const bool is_out = static_cast<int>(i) < next;
      if (!archive.saves() && !is_out) at.frame = frames.pushed(index);
    }
  }

  const ShadowFinderOptions options;
  FlowEstimator flow;
  CutDetector cuts;
  Window window;           // Of the frames that are out, only what is small is kept.
  std::deque<Mask> masks;  // Of those that are not.
  int next = 0, reach = kShadowReach;
  bool finished = false;
};

ShadowFinder::ShadowFinder(const ShadowFinderOptions& options)
    : state_(std::make_unique<State>(options)) {}
ShadowFinder::~ShadowFinder() = default;

void ShadowFinder::Push(Frame frame, const Mask& mask) {
  if (!(mask.size() == frame.size())) {
    throw Error(Code::kInvalidArgument, "The mask must have the size of the frame.");
  }
  if (state_->window.empty()) {
    int64_t bytes = int64_t{20} * WorkingSize(frame.size()).area();
    for (int p = 0; p < frame.format().planes(); ++p) {
      bytes += frame.StrideBytes(p) * frame.PlaneHeight(p);
    }
    const int64_t frames = state_->options.memory_bytes / bytes;
    state_->reach = static_cast<int>(std::clamp<int64_t>(frames, kLeastShadowReach, kShadowReach));
  }
  TranslateOpenCvErrors([&] { state_->Add(std::move(frame), mask); });
}

void ShadowFinder::Finish() {
  state_->finished = true;
}

void ShadowFinder::Archive(StateArchive& archive, const KnownFrames& frames) {
  state_->Archive(archive, frames);
}

int64_t ShadowFinder::oldest_frame() const {
  const Window& window = state_->window;
  const auto next = static_cast<size_t>(state_->next);
  return next < window.size() ? window[next].frame.index : std::numeric_limits<int64_t>::max();
}

std::optional<ShadowFinder::Found> ShadowFinder::Pop() {
  const int frames = static_cast<int>(state_->window.size());
  if (state_->next >= frames || (!state_->finished && state_->next + state_->reach >= frames)) {
    return std::nullopt;
  }
  return TranslateOpenCvErrors([&] { return state_->Next(); });
}

}  // namespace tapmask
