// SPDX-License-Identifier: Apache-2.0
#include "tapmask/jobs/job_state.h"

#include <algorithm>
#include <array>
#include <vector>

namespace tapmask {
namespace {

constexpr std::array kStatuses{JobStatus::kQueued,   JobStatus::kValidating, JobStatus::kExtracting,
                               JobStatus::kTracking, JobStatus::kProcessing, JobStatus::kEncoding,
                               JobStatus::kComplete, JobStatus::kFailed,     JobStatus::kCancelled};
constexpr std::array kStages{JobStatus::kValidating, JobStatus::kExtracting, JobStatus::kTracking,
                             JobStatus::kProcessing, JobStatus::kEncoding};

std::vector<JobMove> MakeMoves() {
  using enum JobStatus;
  std::vector<JobMove> moves{
      {kQueued, kValidating, JobActor::kWorker, "a worker claims it"},
      {kQueued, kCancelled, JobActor::kUser, "cancelled before it began, or its video deleted"},
      {kQueued, kCancelled, JobActor::kReaper, "its video has expired"},
  };
  for (size_t i = 0; i < kStages.size(); ++i) {
    for (size_t j = i + 1; j < kStages.size(); ++j) {
      moves.push_back(
          {kStages[i], kStages[j], JobActor::kWorker, "the next stage, some are left out"});
    }
    moves.push_back({kStages[i], kComplete, JobActor::kWorker, "the outputs are in storage"});
    moves.push_back(
        {kStages[i], kFailed, JobActor::kWorker, "it cannot be done, or not in so many attempts"});
    moves.push_back(
        {kStages[i], kQueued, JobActor::kWorker, "a passing failure, or the worker must go"});
    moves.push_back({kStages[i], kCancelled, JobActor::kWorker, "it heard of the cancelling"});
    moves.push_back({kStages[i], kQueued, JobActor::kReaper, "the lease ran out"});
    moves.push_back(
        {kStages[i], kFailed, JobActor::kReaper, "the lease of the last attempt ran out"});
    moves.push_back(
        {kStages[i], kCancelled, JobActor::kReaper, "the lease ran out after the cancelling"});
  }
  return moves;
}

}  // namespace

std::string_view JobStatusName(JobStatus status) {
  switch (status) {
    case JobStatus::kQueued: return "queued";
    case JobStatus::kValidating: return "validating";
    case JobStatus::kExtracting: return "extracting";
    case JobStatus::kTracking: return "tracking";
    case JobStatus::kProcessing: return "processing";
    case JobStatus::kEncoding: return "encoding";
    case JobStatus::kComplete: return "complete";
    case JobStatus::kFailed: return "failed";
    case JobStatus::kCancelled: return "cancelled";
  }
  return "";
}

std::optional<JobStatus> ParseJobStatus(std::string_view name) {
  for (const JobStatus status : kStatuses) {
    if (name == JobStatusName(status)) return status;
  }
  return std::nullopt;
}

bool IsRunning(JobStatus status) {
  return std::find(kStages.begin(), kStages.end(), status) != kStages.end();
}

bool HasEnded(JobStatus status) {
  return status != JobStatus::kQueued && !IsRunning(status);
}

std::span<const JobMove> JobMoves() {
  static const std::vector<JobMove> moves = MakeMoves();
  return moves;
}

bool MayMove(JobStatus from, JobStatus to, JobActor actor) {
  return std::ranges::any_of(JobMoves(), [&](const JobMove& move) {
    return move.from == from && move.to == to && move.actor == actor;
  });
}

}  // namespace tapmask
