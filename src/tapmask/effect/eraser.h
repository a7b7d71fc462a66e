// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "tapmask/core/frame.h"
#include "tapmask/core/mask.h"
#include "tapmask/core/state_archive.h"

namespace tapmask {

// A frame without what was under its mask, and where its new samples come from. The shares are of
// the mask's pixels; both are 0 where nothing is masked.
struct ErasedFrame {
  Frame frame;
  double seen_share = 0;      // Copied from other frames, in which the place was in sight.
  double invented_share = 0;  // Never in sight as far as was looked: made up.
  // 0 to 1: how much was seen elsewhere, and how well the frames that show it agree.
  double confidence = 1;
  // The camera stood still around the frame, so other frames were looked at in the same place,
  // which is faster than following motion.
  bool camera_is_still = false;
};

// Frames for who restores an eraser or the like, by their index.
struct KnownFrames {
  std::function<Frame(int64_t index)> pushed;  // As it was pushed,
  std::function<Frame(int64_t index)> done;    // and as it came out.
};

// Fills masked places with what is behind them. Frames go in with their masks, in order of time,
// and come out in the same order, some time later, since an eraser looks ahead.
//
// Samples outside the mask are never touched. Non-interference: for equal masks, two videos that
// differ only under the masks give equal results.
//
// Not thread-safe. Same input, same output, whatever the number of threads.
class Eraser {
 public:
  virtual ~Eraser() = default;

  // `mask` has the frame's size and orientation (coded). All frames have one size and format. A
  // frame that is not to be erased comes out as it is, and what its mask covers is no source
  // either. Throws kInvalidArgument otherwise.
  virtual void Push(Frame frame, const Mask& mask, bool erase) = 0;

  // No frame follows.
  virtual void Finish() = 0;

  // The next frame that is ready, with its index, times and field order; nothing when more must be
  // pushed first, or after the last one.
  virtual std::optional<ErasedFrame> Pop() = 0;

  // Saves all that it knows before `Finish`, but for the frames themselves, or restores it in an
  // eraser of the same options that nothing was pushed to; then it goes on as the other would have.
  // Threads may be more or fewer.
  virtual void Archive(StateArchive& archive, const KnownFrames& frames) = 0;
  // The index of the first of the pushed frames that are needed for it; the largest number when
  // none is.
  virtual int64_t oldest_frame() const = 0;
};

struct ClassicalEraserOptions {
  int threads = 1;
  // For what is kept of the frames around the one that is worked on. How far it looks depends on
  // it: up to 30 frames back and ahead, for which 42 are read ahead.
  int64_t memory_bytes = int64_t{320} << 20;
  std::stop_token stop = {};  // `Pop` looks at it between its steps, and throws kCancelled.
};

std::unique_ptr<Eraser> MakeClassicalEraser(const ClassicalEraserOptions& options);

}  // namespace tapmask
