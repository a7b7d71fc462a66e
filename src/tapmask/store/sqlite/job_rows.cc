// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/job_rows.h"

#include <string>
#include <utility>

namespace tapmask::sqlite {
namespace {

template <class... Values>
std::optional<JobRow> Find(Connection& connection, std::string_view where,
                           const Values&... values) {
  Statement statement = connection.Query(std::string(kSelectJobs) + std::string(where), values...);
  if (!statement.Step()) return std::nullopt;
  return ReadJobRow(statement);
}

int64_t Next(Connection& connection, std::string_view counter) {
  Statement statement = connection.Query(
      "UPDATE counters SET value = value + 1 WHERE name = ?1 RETURNING value", counter);
  statement.Step();
  return statement.Int();
}

}  // namespace

JobRow ReadJobRow(Statement& statement) {
  JobRow row;
  row.seq = statement.Int();
  row.wants_mail = statement.Bool();
  row.is_video_gone = statement.Bool();
  Job& job = row.job;
  job.id = statement.Id<JobId>();
  job.kind = statement.Named(ParseJobKind);
  job.user_id = statement.Id<UserId>();
  job.video_id = statement.Id<VideoId>();
  job.tier = statement.Named(ParseTier);
  job.status = statement.Named(ParseJobStatus);
  job.progress_percent = statement.IntValue();
  job.rev = statement.Int();
  job.request = statement.Text();
  job.checkpoint = statement.Text();
  job.result = statement.Text();
  job.output_key = statement.Text();
  job.attempt = statement.IntValue();
  job.fence = statement.Int();
  job.worker = statement.Text();
  job.lease_until = statement.MaybeTime().value_or(Time{});
  job.not_before = statement.Time();
  job.is_cancelled = statement.Bool();
  job.error_code = statement.Text();
  job.error_message = statement.Text();
  job.created_at = statement.Time();
  job.started_at = statement.MaybeTime();
  job.completed_at = statement.MaybeTime();
  return row;
}

std::optional<JobRow> FindJob(Connection& connection, const JobId& id) {
  return Find(connection, "WHERE j.id = ?1", id);
}

std::optional<JobRow> FindHeld(Connection& connection, const Lease& lease) {
  return Find(connection, "WHERE j.id = ?1 AND j.fence = ?2 AND j.lease_until IS NOT NULL",
              lease.job_id, lease.fence);
}

std::optional<JobRow> FindBySeq(Connection& connection, int64_t seq) {
  return Find(connection, "WHERE j.seq = ?1", seq);
}

Job Shown(JobRow row) {
  if (row.is_video_gone) {
    row.job.result.clear();
    row.job.output_key.clear();
  }
  return std::move(row.job);
}

std::vector<Job> ShownJobs(Statement statement) {
  std::vector<Job> jobs;
  while (statement.Step()) jobs.push_back(Shown(ReadJobRow(statement)));
  return jobs;
}

int64_t NextRev(Connection& connection) {
  return Next(connection, "rev");
}

int64_t NextFence(Connection& connection) {
  return Next(connection, "fence");
}

}  // namespace tapmask::sqlite
