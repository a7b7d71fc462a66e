// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/frame_effect.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <utility>

#include "tapmask/effect/redact.h"
#include "tapmask/effect/shadow_finder.h"

namespace tapmask {
namespace {

constexpr int64_t kNoFrame = std::numeric_limits<int64_t>::max();
constexpr double kUnsureFill = 0.5;  // A confidence below is for a person to look at.

// The soft edge of the styles that have one, well inside what the mask was grown by.
double FeatherPx(int grow_px) {
  return std::max(1.0, grow_px * 0.75);
}

Frame WithTimesOf(Frame frame, const Frame& original) {
  frame.index = original.index;
  frame.pts = original.pts;
  frame.duration = original.duration;
  frame.field_order = original.field_order;
  return frame;
}

class RedactEffect final : public FrameEffect {
 public:
  RedactEffect(RedactStyle style, int grow_px, bool full_range)
      : redactor_({.style = style, .feather_px = FeatherPx(grow_px)}), full_range_(full_range) {}

  void Push(Frame frame, const Mask& cover, bool in_span, RenderedFrame rendered) override {
    if (in_span) frame = WithTimesOf(redactor_.Apply(frame, cover, full_range_), frame);
    done_.push_back({std::move(frame), std::move(rendered)});
  }
  void Finish() override {}
  std::optional<Done> Pop() override {
    if (done_.empty()) return std::nullopt;
    Done done = std::move(done_.front());
    done_.pop_front();
    return done;
  }
  void Archive(StateArchive&, const KnownFrames&) override {}  // Each frame stands for itself.
  int64_t oldest_frame() const override { return kNoFrame; }

 private:
  const Redactor redactor_;
  const bool full_range_;
  std::deque<Done> done_;
};

class EraseEffect final : public FrameEffect {
 public:
  EraseEffect(int threads, std::stop_token stop)
      : eraser_(MakeClassicalEraser({.threads = threads, .stop = std::move(stop)})) {}

  void Push(Frame frame, const Mask& cover, bool in_span, RenderedFrame rendered) override {
    eraser_->Push(std::move(frame), cover, in_span);
    waiting_.push_back(std::move(rendered));
  }
  void Finish() override { eraser_->Finish(); }
  std::optional<Done> Pop() override {
    std::optional<ErasedFrame> erased = eraser_->Pop();
    if (!erased) return std::nullopt;
    Done done{std::move(erased->frame), std::move(waiting_.front())};
    waiting_.pop_front();
    if (erased->seen_share + erased->invented_share > 0) {
      done.rendered.erased = {erased->seen_share, erased->invented_share, erased->confidence,
                              erased->camera_is_still};
    }
    return done;
  }
  void Archive(StateArchive& archive, const KnownFrames& frames) override {
    archive(waiting_);
    eraser_->Archive(archive, frames);
  }
  int64_t oldest_frame() const override { return eraser_->oldest_frame(); }

 private:
  const std::unique_ptr<Eraser> eraser_;
  std::deque<RenderedFrame> waiting_;
};

// Takes the shadows along, then leaves the frames to another effect.
class ShadowEffect final : public FrameEffect {
 public:
  ShadowEffect(std::unique_ptr<FrameEffect> effect, int threads, std::stop_token stop)
      : finder_({.threads = threads, .stop = std::move(stop)}), effect_(std::move(effect)) {}

  void Push(Frame frame, const Mask& cover, bool in_span, RenderedFrame rendered) override {
    finder_.Push(std::move(frame), cover);
    waiting_.push_back({in_span, std::move(rendered)});
    HandOver();
  }
  void Finish() override {
    finder_.Finish();
    HandOver();
    effect_->Finish();
  }
  std::optional<Done> Pop() override { return effect_->Pop(); }
  void Archive(StateArchive& archive, const KnownFrames& frames) override {
    archive(waiting_);
    finder_.Archive(archive, frames);
    effect_->Archive(archive, frames);
  }
  int64_t oldest_frame() const override {
    return std::min(finder_.oldest_frame(), effect_->oldest_frame());
  }

 private:
  struct Waiting {
    bool in_span = false;
    RenderedFrame rendered;
    void Archive(StateArchive& archive) { archive(in_span, rendered); }
  };
  void HandOver() {
    while (std::optional<ShadowFinder::Found> found = finder_.Pop()) {
      auto [in_span, rendered] = std::move(waiting_.front());
      waiting_.pop_front();
      if (in_span) rendered.covered_px = found->mask.Area();
      effect_->Push(std::move(found->frame), found->mask, in_span, std::move(rendered));
    }
  }

  ShadowFinder finder_;
  const std::unique_ptr<FrameEffect> effect_;
  std::deque<Waiting> waiting_;
};

}  // namespace

std::vector<RenderedFrame::Object> ObjectsOf(const std::vector<MaskRecord>& records) {
  std::vector<RenderedFrame::Object> objects;
  for (const MaskRecord& r : records) {
    objects.push_back({r.object, r.state, r.confidence, r.mask.Area()});
  }
  return objects;
}

std::unique_ptr<FrameEffect> MakeFrameEffect(const EffectOptions& effect, int grow_px,
                                             bool full_range, int threads, std::stop_token stop) {
  std::unique_ptr<FrameEffect> drawing;
  if (effect.mode == Mode::kMagicEraser) {
    drawing = std::make_unique<EraseEffect>(threads, stop);
  } else {
    drawing = std::make_unique<RedactEffect>(effect.style.value_or(RedactStyle::kSecure), grow_px,
                                             full_range);
  }
  if (!effect.shadow) return drawing;
  return std::make_unique<ShadowEffect>(std::move(drawing), threads, std::move(stop));
}

ErasedReview::ErasedReview(double frames_per_second)
    : joined_frames_(std::max<int64_t>(1, static_cast<int64_t>(frames_per_second / 2))) {}

void ErasedReview::Add(const RenderedFrame& frame) {
  if (!frame.erased || frame.erased->confidence >= kUnsureFill) return;
  if (spans_.empty() || spans_.back().last_frame + joined_frames_ < frame.frame) {
    spans_.push_back({frame.frame, frame.frame, frame.frame, frame.erased->confidence});
    return;
  }
  ErasedSpan& span = spans_.back();
  span.last_frame = frame.frame;
  if (frame.erased->confidence < span.confidence) {
    span.look_at = frame.frame;
    span.confidence = frame.erased->confidence;
  }
}

}  // namespace tapmask
