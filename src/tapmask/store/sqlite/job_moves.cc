// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/job_moves.h"

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/jobs/mail_outbox.h"
#include "tapmask/jobs/video.h"

namespace tapmask::sqlite {
namespace {

void Move(Job& job, JobStatus to, JobActor actor) {
  if (!MayMove(job.status, to, actor)) {
    throw Error(Code::kInternal, "Something went wrong in the service.",
                fmt::format("job {} may not go from {} to {}", job.id.text(),
                            JobStatusName(job.status), JobStatusName(to)));
  }
  job.status = to;
}

// All that moves change, but for the texts of work that was done.
void Save(Connection& connection, JobRow& row) {
  Job& job = row.job;
  job.rev = NextRev(connection);
  connection.Run(R"(
UPDATE jobs SET status = ?2, progress_percent = ?3, rev = ?4, attempt = ?5, fence = ?6, worker = ?7,
  lease_until = NULLIF(?8, 0), not_before = ?9, is_cancelled = ?10, error_code = ?11, error_message = ?12,
  started_at = ?13, completed_at = ?14, in_line = (?2 = 'queued' AND ?9 = 0)
WHERE seq = ?1)",
                 row.seq, JobStatusName(job.status), job.progress_percent, job.rev, job.attempt,
                 job.fence, job.worker, job.lease_until, job.not_before, job.is_cancelled,
                 job.error_code, job.error_message, job.started_at, job.completed_at);
}

void End(Connection& connection, JobRow& row, Time now) {
  Job& job = row.job;
  job.worker.clear();
  job.lease_until = Time{};
  job.not_before = Time{};
  job.is_cancelled = false;
  job.completed_at = now;
  Save(connection, row);
  connection.Run("UPDATE jobs SET checkpoint = '' WHERE seq = ?1 AND checkpoint <> ''", row.seq);
  if (job.kind == JobKind::kIngest && job.status != JobStatus::kComplete) {
    connection.Run("UPDATE videos SET state = ?2 WHERE id = ?1 AND state = ?3", job.video_id,
                   VideoStateName(VideoState::kRefused), VideoStateName(VideoState::kIngesting));
  }
  if (row.wants_mail && !row.is_video_gone && job.status != JobStatus::kCancelled) {
    const MailKind kind =
        job.status == JobStatus::kComplete ? MailKind::kJobComplete : MailKind::kJobFailed;
    connection.Run(R"(
INSERT INTO mails (id, kind, user_id, job_id, link, created_at, due_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0) ON CONFLICT (job_id, kind) DO NOTHING)",
                   MailId::New(), MailKindName(kind), job.user_id, job.id, JobLink(job.id), now);
  }
}

}  // namespace

void BeginAttempt(Connection& connection, JobRow row, const std::string& worker, Time lease_until,
                  Time now) {
  Job& job = row.job;
  Move(job, JobStatus::kValidating, JobActor::kWorker);
  job.progress_percent = 0;
  ++job.attempt;
  job.fence = NextFence(connection);
  job.worker = worker;
  job.lease_until = lease_until;
  job.not_before = Time{};
  if (!job.started_at) job.started_at = now;
  Save(connection, row);
}

void BackToQueue(Connection& connection, JobRow row, JobActor actor, Time not_before,
                 bool is_uncounted) {
  Job& job = row.job;
  Move(job, JobStatus::kQueued, actor);
  job.progress_percent = 0;
  job.worker.clear();
  job.lease_until = Time{};
  job.not_before = not_before;
  if (is_uncounted) --job.attempt;
  Save(connection, row);
}

void Complete(Connection& connection, JobRow row, const JobOutcome& outcome, Time now) {
  Job& job = row.job;
  Move(job, JobStatus::kComplete, JobActor::kWorker);
  job.progress_percent = 100;
  connection.Run("UPDATE jobs SET result = ?2, output_key = ?3 WHERE seq = ?1", row.seq,
                 outcome.result, outcome.output_key);
  End(connection, row, now);
}

void GiveUp(Connection& connection, JobRow row, JobActor actor, const std::string& error_code,
            const std::string& error_message, bool is_dead_letter, Time now) {
  Job& job = row.job;
  Move(job, JobStatus::kFailed, actor);
  job.error_code = error_code;
  job.error_message = error_message;
  End(connection, row, now);
  if (is_dead_letter) connection.Run("UPDATE jobs SET dead_rev = rev WHERE seq = ?1", row.seq);
}

void CancelNow(Connection& connection, JobRow row, JobActor actor, Time now) {
  Move(row.job, JobStatus::kCancelled, actor);
  End(connection, row, now);
}

void AskToCancel(Connection& connection, const JobRow& row) {
  connection.Run("UPDATE jobs SET is_cancelled = 1, rev = ?2 WHERE seq = ?1", row.seq,
                 NextRev(connection));
}

}  // namespace tapmask::sqlite
