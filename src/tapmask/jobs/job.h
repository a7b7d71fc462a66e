// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tapmask/core/clock.h"
#include "tapmask/core/id.h"
#include "tapmask/jobs/job_state.h"
#include "tapmask/jobs/tier.h"

namespace tapmask {

enum class JobKind {
  kIngest,   // Looks at an uploaded video: limits, facts, proxy, poster.
  kPreview,  // The mask of one frame, for someone who waits.
  kMask,     // The whole way of a video.
};

std::string_view JobKindName(JobKind kind);  // "ingest", "preview", "mask"
std::optional<JobKind> ParseJobKind(std::string_view name);

struct Job {
  JobId id;
  JobKind kind = JobKind::kMask;
  UserId user_id;
  VideoId video_id;
  Tier tier = Tier::kFree;  // The user's when the job was made.
  JobStatus status = JobStatus::kQueued;
  int progress_percent = 0;  // [0, 100], of the whole job; starts again with an attempt.
  int64_t rev = 0;           // Of all changes of all jobs: the larger, the later.

  std::string request;     // What is to be done, JSON; the form depends on the kind.
  std::string checkpoint;  // Where a further attempt may go on, JSON; empty: from the beginning.
  std::string result;      // What came out, JSON; empty until `kComplete`.
  std::string output_key;  // Folder of the outputs in storage, of the attempt that finished.

  int attempt = 0;            // Of at most kMaxAttempts; 0: none that counted.
  int64_t fence = 0;          // Of the last claim; grows over all jobs.
  std::string worker;         // That holds the lease; empty: none.
  Time lease_until;           // While a worker holds it; else the epoch.
  Time not_before;            // A job that failed waits until then; else the epoch.
  bool is_cancelled = false;  // Cancelling was asked for; the worker has not heard of it yet.

  std::string error_code;     // Stable name, docs/errors.md; empty unless `kFailed`.
  std::string error_message;  // One sentence for the user.
  Time created_at;
  std::optional<Time> started_at;    // Of the first attempt.
  std::optional<Time> completed_at;  // When it came to an end, whichever.
};

}  // namespace tapmask
