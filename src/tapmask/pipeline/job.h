// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "tapmask/core/prompt.h"
#include "tapmask/effect/cover.h"
#include "tapmask/effect/redact.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/notices.h"
#include "tapmask/media/read_options.h"
#include "tapmask/media/write_options.h"
#include "tapmask/pipeline/checkpoint_folder.h"
#include "tapmask/pipeline/progress.h"

namespace tapmask {

enum class Mode { kPrivacyBlur, kMagicEraser };

// What happens to the object, given its masks.
struct EffectOptions {
  Mode mode = Mode::kPrivacyBlur;
  std::optional<RedactStyle> style;  // Choose for me: secure. Of privacy_blur alone.
  std::optional<int> grow_px;        // Choose for me: by height and mode. >= 1.
  OnLost on_lost = OnLost::kCover;
  bool invert = false;                 // Everything but the object.
  bool shadow = false;                 // And the shadow that it casts.
  std::optional<double> from_seconds;  // The effect begins here; frames before pass as they are.
  std::optional<double> to_seconds;    // The effect ends before this.
};

struct JobOptions {
  ReadOptions read;
  WriteOptions write;
  EffectOptions effect;
  std::string engine = "auto";           // auto, classical or a model's name.
  int threads = 0;                       // 0: as many as there are cores. No result depends on it.
  std::filesystem::path report_file;     // Where the audit goes (docs/report.md); empty: none.
  std::filesystem::path scratch_folder;  // Empty: a new folder in the system's, gone afterwards.
  // Of `Run` alone: where the finished mask track (masks.jsonl) is kept, also when the job fails or
  // is killed later. When the one of this job is there already, the track pass is left out, and the
  // output and the report are those of an undisturbed run. Keep one place a job, since hand-drawn
  // masks and boxes are not compared. Empty: it is not kept.
  std::filesystem::path mask_track;
  // Of `Run` alone: where the passes leave from what they go on when they are killed. The render
  // pass does so only where it is slow, erasing or looking for shadows: else it begins anew.
  CheckpointOptions track_checkpoint;
  CheckpointOptions render_checkpoint;
  // Of `Run` alone: a masks.jsonl of this video that the prompts correct, as in `Track`; empty:
  // none.
  std::filesystem::path earlier;
};

// Frames in which a person should look at what the eraser made: much of it is made up, or its
// sources do not agree. Those with less than half a second between them are one span.
struct ErasedSpan {
  int64_t first_frame = 0;
  int64_t last_frame = 0;
  int64_t look_at = 0;  // The frame of the lowest confidence.
  double confidence = 0;
};
struct JobResult {
  int64_t frames = 0;
  bool truncated = false;
  Notices notices;
  std::string engine;
  std::vector<CoverPlanner::Span> to_review;
  std::vector<ErasedSpan> erased_to_review;
};

// The whole way of a video: track pass, mask track, render pass, checks. `output` appears only when
// everything holds. With `masks_out` set the masks are kept there (PNG a frame and masks.jsonl).
//
// Throws Error, kCancelled when `stop` was requested; nothing is left at `output` then.
JobResult Run(const InputName& input, const std::string& output, const Prompts& prompts,
              const JobOptions& options, const std::optional<std::filesystem::path>& masks_out,
              const ProgressSink& progress, std::stop_token stop);

// Masks only. `earlier`, when it is not empty, is what was tracked before in this video (a folder
// or a masks.jsonl, as `Render` takes it): the prompts correct it, and only the frames around them
// that they bear upon are tracked again, from the prompt before to the prompt after at most.
JobResult Track(const InputName& input, const Prompts& prompts, const JobOptions& options,
                const std::filesystem::path& earlier, const std::filesystem::path& masks_out,
                const ProgressSink& progress, std::stop_token stop);

// The effect with masks from anywhere: a folder of numbered PNGs (one a frame; object 1; state
// given) or a masks.jsonl.
JobResult Render(const InputName& input, const std::string& output,
                 const std::filesystem::path& masks, const JobOptions& options,
                 const ProgressSink& progress, std::stop_token stop);

// The tapped frame only: writes 0.png, the answer, 1.png, ... the alternatives; masks are of
// upright stored pixels.
struct PreviewCandidate {
  std::filesystem::path file;
  double confidence = 0;
  std::string scale;  // "part", "object", "group"
};
std::vector<PreviewCandidate> Preview(const InputName& input, const Prompts& prompts,
                                      const JobOptions& options,
                                      const std::filesystem::path& masks_out, std::stop_token stop);

// Rehashes `output` and probes it again against what `report` says. Returns the sentences that do
// not hold; none means verified. Throws when a file cannot be read or is no report of ours.
std::vector<std::string> VerifyReport(const std::string& output,
                                      const std::filesystem::path& report);

}  // namespace tapmask
