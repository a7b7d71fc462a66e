// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace tapmask {

// Where a job stands; the same list in the store, the API and the page. docs/job_states.md draws
// it.
enum class JobStatus {
  kQueued,
  kValidating,
  kExtracting,
  kTracking,
  kProcessing,
  kEncoding,
  kComplete,
  kFailed,
  kCancelled,
};

std::string_view JobStatusName(JobStatus status);  // "queued", ...
std::optional<JobStatus> ParseJobStatus(std::string_view name);

bool IsRunning(JobStatus status);  // A worker is at it.
bool HasEnded(JobStatus status);   // Nothing moves it any more.

// Who asks for a move.
enum class JobActor {
  kWorker,  // That holds the lease.
  kUser,
  kReaper,  // Whoever finds a lease, or a video, whose time is over.
};

// One allowed move. Every store refuses all others.
struct JobMove {
  JobStatus from;
  JobStatus to;
  JobActor actor;
  std::string_view when;
};

// All of them: the table of docs/job_states.md.
std::span<const JobMove> JobMoves();
bool MayMove(JobStatus from, JobStatus to, JobActor actor);

// A job that was lost or failed for a passing reason so often is given up.
constexpr int kMaxAttempts = 3;

}  // namespace tapmask
