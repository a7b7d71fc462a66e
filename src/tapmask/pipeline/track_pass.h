// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

#include "tapmask/core/prompt.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/notices.h"
#include "tapmask/media/read_options.h"
#include "tapmask/pipeline/progress.h"
#include "tapmask/pipeline/track_checkpoint.h"
#include "tapmask/track/engine.h"

namespace tapmask {

struct TrackPassOptions {
  ReadOptions read;
  Engine engine;
  int threads = 1;
  std::filesystem::path scratch_folder;
  // A mask track of the same video (masks.jsonl) that the prompts correct; empty: none. What they
  // do not change is taken over from it as it is.
  std::filesystem::path earlier;
  CheckpointOptions checkpoint;
};

struct TrackPassResult {
  int64_t frames = 0;
  bool truncated = false;
  Notices notices;  // What the input is like; an output is not made here.
};

// First pass: finds the objects at the prompts, follows them to the end of the video and back to
// its beginning, and writes the mask track `track_file`.
//
//   decode ▶ analysis copy ▶ segment where the user pointed ▶ track forwards     ForwardPass
//   then, from prompts back: decode ▶ analysis copy ▶ track backwards            BackwardPass
//
// Memory does not grow with the video but for a few bytes a frame. With a checkpoint of this pass
// it goes on from there, and comes to the same masks. Throws kInvalidArgument when a prompt is
// outside the video or nothing is found at a point.
TrackPassResult RunTrackPass(const InputName& input, const Prompts& prompts,
                             const TrackPassOptions& options,
                             const std::filesystem::path& track_file, const ProgressSink& progress,
                             std::stop_token stop);

// True when `track_file` is there, whole, and has the header that `RunTrackPass` would write.
bool IsTrackOf(const std::filesystem::path& track_file, const InputName& input,
               const Prompts& prompts, const TrackPassOptions& options);

}  // namespace tapmask
