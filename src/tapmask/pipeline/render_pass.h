// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "tapmask/effect/cover.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/notices.h"
#include "tapmask/media/output_writer.h"
#include "tapmask/media/video_info.h"
#include "tapmask/pipeline/frame_effect.h"
#include "tapmask/pipeline/job.h"
#include "tapmask/pipeline/progress.h"

namespace tapmask {

struct RenderPassResult {
  int64_t frames = 0;
  bool truncated = false;
  VideoInfo info;
  EncodePlan plan;
  int grow_px = 0;
  Notices notices;
  std::vector<CoverPlanner::Span> to_review;
  std::vector<ErasedSpan> erased_to_review;
  std::vector<Invariant> invariants;     // All held.
  std::unique_ptr<OutputWriter> output;  // Waits for its Commit; gone without it.
};

// Refuses before any work is done what the second pass would refuse for the options and the input:
// an output that cannot be coded, and, as far as the file itself says how long it is, a span that
// begins beyond its end. Throws kInvalidArgument, kUnavailable.
void CheckRender(const InputName& input, const std::string& output, const JobOptions& options);

// Second pass: hides or erases what the mask track says, and writes the output.
//
//   decode ▶ cover of the frame ▶ redact or erase ▶ encode ▶ mux ▶ read again and check
//
// Putting the output in place is left to the job, which first does all else that can fail.
// Throws kInternal when something that should have been kept is not in the output,
// kInvalidArgument when the track is not of this video or no frame lies in the span of the effect,
// ResumeFailed when what the checkpoint holds is of no use.
RenderPassResult RunRenderPass(const InputName& input, const std::string& output,
                               const std::filesystem::path& track_file, const JobOptions& options,
                               const std::function<void(const RenderedFrame&)>& on_frame,
                               const ProgressSink& progress, std::stop_token stop);

}  // namespace tapmask
