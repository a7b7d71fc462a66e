// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>

#include "tapmask/core/frame.h"
#include "tapmask/core/mask.h"
#include "tapmask/core/state_archive.h"
#include "tapmask/effect/eraser.h"

namespace tapmask {

struct ShadowFinderOptions {
  int threads = 1;
  // For the frames that are kept until those after them have been seen.
  int64_t memory_bytes = int64_t{128} << 20;
  std::stop_token stop = {};  // `Pop` throws kCancelled.
};

// Finds the shadows that objects cast: what is joined to the mask and darker than the same place
// in frames up to 30 away, aligned by the camera's motion, with hardly another colour. So a shadow
// is found that moves with its object; what is always dark is not. Something dark that moves along
// beside the object is taken for its shadow.
//
// Frames go in with their masks and come out in the same order, some time later, since later frames
// are looked at, too. Not thread-safe. Same input, same output, whatever the number of threads.
class ShadowFinder {
 public:
  explicit ShadowFinder(const ShadowFinderOptions& options);
  ~ShadowFinder();

  // `mask` has the frame's size and orientation (coded). All frames have one size and format.
  void Push(Frame frame, const Mask& mask);
  void Finish();  // No frame follows.

  struct Found {
    Frame frame;
    Mask mask;  // The one that was pushed, and the shadow.
  };
  std::optional<Found> Pop();  // Nothing: more must be pushed, or all are out.

  // As an eraser's (eraser.h); `frames.done` is not asked for.
  void Archive(StateArchive& archive, const KnownFrames& frames);
  int64_t oldest_frame() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tapmask
