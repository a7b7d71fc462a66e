// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/worker/child_main.h"

namespace tapmask {

// What the children of a worker can do. They read the video that they were given and write into
// their scratch folder; parameters of all: `name` (what texts call the video), `limits`
// (child_limits.h), `threads`.
//
//   ingest    → VideoFacts (facts_json.h); leaves proxy.mp4, poster.jpg and
//             frames.json (frames_json.h)
//   preview   `request` (PreviewRequest), `frames` of the video → PreviewResult
//   mask      `request` (MaskRequest), `has_masks` (masks.jsonl of an earlier attempt is there),
//             `checkpoint_bytes` (of rendered/ at most),
//             earlier.jsonl when the request corrects another job's → MaskResult; leaves
//             processed.mp4, masks.jsonl, report.json. On its way it leaves checkpoints
//             (pipeline/checkpoint_folder.h) in tracked/, of which it says {"window": N}; when the
//             masks are finished, a copy of them, checkpoint.jsonl: {"masks": true}; then others in
//             rendered/: {"rendered": N}. It goes on from what is there.
ChildTasks WorkerTasks();

}  // namespace tapmask
