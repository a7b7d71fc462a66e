// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tapmask/jobs/job_store.h"
#include "tapmask/store/sqlite/connection.h"

namespace tapmask::sqlite {

// A job as it is stored, with what others do not see.
struct JobRow {
  int64_t seq = 0;  // Its place in the line.
  Job job;
  bool wants_mail = false;
  bool is_video_gone = false;  // Deleted, or swept.
};

// SELECT all of a `JobRow`; a WHERE that knows jobs as `j` is to follow.
inline constexpr std::string_view kSelectJobs = R"(
SELECT j.seq, j.wants_mail, v.id IS NULL OR v.deleted_at IS NOT NULL, j.id, j.kind, j.user_id,
  j.video_id, j.tier, j.status, j.progress_percent, j.rev, j.request, j.checkpoint,
  j.result, j.output_key, j.attempt, j.fence, j.worker, j.lease_until, j.not_before,
  j.is_cancelled, j.error_code, j.error_message, j.created_at, j.started_at, j.completed_at
FROM jobs j LEFT JOIN videos v ON v.id = j.video_id )";

JobRow ReadJobRow(Statement& statement);
std::optional<JobRow> FindJob(Connection& connection, const JobId& id);
// The job of a lease that is held.
std::optional<JobRow> FindHeld(Connection& connection, const Lease& lease);
std::optional<JobRow> FindBySeq(Connection& connection, int64_t seq);

// The jobs of the rows, without what is not shown of those whose video is gone.
std::vector<Job> ShownJobs(Statement statement);
Job Shown(JobRow row);

// The next number of all changes of jobs.
int64_t NextRev(Connection& connection);
int64_t NextFence(Connection& connection);

}  // namespace tapmask::sqlite
