// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "tapmask/core/frame.h"
#include "tapmask/core/mask.h"
#include "tapmask/core/mask_record.h"
#include "tapmask/core/state_archive.h"
#include "tapmask/effect/eraser.h"
#include "tapmask/pipeline/job.h"

namespace tapmask {

// What was found and drawn in one frame, for the report.
struct RenderedFrame {
  int64_t frame = 0;
  std::optional<int64_t> pts = std::nullopt;         // Nothing where it is not known.
  std::optional<int64_t> covered_px = std::nullopt;  // Nothing when only masks are made.
  struct Object {
    int object = 1;
    TrackState state = TrackState::kTracked;
    double confidence = 0;
    int64_t area = 0;  // Of the mask before it was grown.
    void Archive(StateArchive& archive) { archive(object, state, confidence, area); }
  };
  std::vector<Object> objects = {};
  struct Erased {
    double seen_share = 0;      // Of the covered pixels: copied from other frames.
    double invented_share = 0;  // Made up.
    double confidence = 1;
    bool camera_is_still = false;
    void Archive(StateArchive& archive) {
      archive(seen_share, invented_share, confidence, camera_is_still);
    }
  };
  std::optional<Erased> erased = std::nullopt;  // Only where the eraser filled something.

  void Archive(StateArchive& archive) { archive(frame, pts, covered_px, objects, erased); }
};

std::vector<RenderedFrame::Object> ObjectsOf(const std::vector<MaskRecord>& records);

// Draws the effect on frame after frame. They come out in the order they went in, maybe later.
// Not thread-safe.
class FrameEffect {
 public:
  virtual ~FrameEffect() = default;

  // `cover`: what must not be seen, of the frame's size and orientation (coded). Without `in_span`
  // the frame comes out as it is.
  virtual void Push(Frame frame, const Mask& cover, bool in_span, RenderedFrame rendered) = 0;
  virtual void Finish() = 0;  // No frame follows.

  struct Done {
    Frame frame;
    RenderedFrame rendered;
  };
  virtual std::optional<Done> Pop() = 0;  // Nothing: more must be pushed, or all are out.

  // As an eraser's (effect/eraser.h), when nothing is to be popped.
  virtual void Archive(StateArchive& archive, const KnownFrames& frames) = 0;
  virtual int64_t oldest_frame() const = 0;
};

std::unique_ptr<FrameEffect> MakeFrameEffect(const EffectOptions& effect, int grow_px,
                                             bool full_range, int threads, std::stop_token stop);

// Lists those frames, which come in order.
class ErasedReview {
 public:
  explicit ErasedReview(double frames_per_second);
  void Add(const RenderedFrame& frame);
  const std::vector<ErasedSpan>& spans() const { return spans_; }

 private:
  const int64_t joined_frames_;
  std::vector<ErasedSpan> spans_;
};

}  // namespace tapmask
