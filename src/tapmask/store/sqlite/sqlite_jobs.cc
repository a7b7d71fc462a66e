// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/sqlite_jobs.h"

#include <algorithm>
#include <array>

#include "tapmask/core/error.h"
#include "tapmask/store/sqlite/claim.h"
#include "tapmask/store/sqlite/enqueue.h"
#include "tapmask/store/sqlite/job_moves.h"
#include "tapmask/store/sqlite/job_rows.h"

namespace tapmask::sqlite {
namespace {

std::string SelectJobs(std::string_view rest) {
  return std::string(kSelectJobs).append(rest);
}

// Takes the jobs from those who had them. Returns how many.
int TakeBack(Connection& connection, Statement select, Time now) {
  std::vector<int64_t> lost;
  while (select.Step()) lost.push_back(select.Int());
  for (const int64_t seq : lost) {
    const JobRow row = *FindBySeq(connection, seq);
    if (row.job.is_cancelled) {
      CancelNow(connection, row, JobActor::kReaper, now);
    } else if (row.job.attempt < kMaxAttempts) {
      BackToQueue(connection, row, JobActor::kReaper, Time{}, false);
    } else {
      GiveUp(connection, row, JobActor::kReaper, "worker_lost",
             "The worker was lost each time that this was tried.", true, now);
    }
  }
  return static_cast<int>(lost.size());
}

}  // namespace

Enqueued SqliteJobs::Enqueue(const NewJob& job, Time now) {
  return database_.Write([&](Connection& connection) {
    if (IsJobThere(connection, job.id)) return Enqueued::kAlreadyThere;
    const bool is_video_there = connection.Exists(R"(
SELECT 1 FROM videos WHERE id = ?1 AND user_id = ?2 AND deleted_at IS NULL
  AND (expires_at IS NULL OR expires_at > ?3))",
                                                  job.video_id, job.user_id, now);
    if (!is_video_there) return Enqueued::kNoVideo;
    const Enqueued room = RoomFor(connection, rules_, job, now);
    if (room == Enqueued::kNew) InsertJob(connection, job, now);
    return room;
  });
}

std::optional<Job> SqliteJobs::Claim(const std::string& worker, const std::vector<JobKind>& kinds,
                                     Time now) {
  // Idle workers ask all the time; they are not to stand in the line of those who write.
  const bool may_be_due = database_.Read([&](Connection& connection) {
    return std::any_of(kinds.begin(), kinds.end(),
                       [&](JobKind kind) { return MayBeDue(connection, kind, now); });
  });
  if (!may_be_due) return std::nullopt;
  return database_.Write([&](Connection& connection) -> std::optional<Job> {
    for (const JobKind kind : kinds) {
      const std::optional<int64_t> seq = TakeTurn(connection, rules_, kind, now);
      if (!seq) continue;
      BeginAttempt(connection, *FindBySeq(connection, *seq), worker, now + rules_.lease, now);
      return FindBySeq(connection, *seq)->job;
    }
    return std::nullopt;
  });
}

LeaseAnswer SqliteJobs::Heartbeat(const Lease& lease, JobStatus stage, int progress_percent,
                                  Time now) {
  if (!IsRunning(stage)) {
    throw Error(Code::kInvalidArgument, "A job that runs is in a stage.",
                std::string(JobStatusName(stage)));
  }
  return database_.Write([&](Connection& connection) {
    const std::optional<JobRow> row = FindHeld(connection, lease);
    if (!row) return LeaseAnswer::kLost;
    const JobStatus status = std::max(row->job.status, stage);
    const int progress = std::clamp(progress_percent, 0, 100);
    // That the lease is longer is no news to those who wait for a change.
    const bool is_news = status != row->job.status || progress != row->job.progress_percent;
    connection.Run(R"(
UPDATE jobs SET status = ?2, progress_percent = ?3, lease_until = ?4, rev = ?5 WHERE seq = ?1)",
                   row->seq, JobStatusName(status), progress, now + rules_.lease,
                   is_news ? NextRev(connection) : row->job.rev);
    return row->job.is_cancelled ? LeaseAnswer::kCancelled : LeaseAnswer::kHeld;
  });
}

LeaseAnswer SqliteJobs::Checkpoint(const Lease& lease, const std::string& checkpoint, Time now) {
  return database_.Write([&](Connection& connection) {
    const std::optional<JobRow> row = FindHeld(connection, lease);
    if (!row) return LeaseAnswer::kLost;
    connection.Run("UPDATE jobs SET checkpoint = ?2, lease_until = ?3 WHERE seq = ?1", row->seq,
                   checkpoint, now + rules_.lease);
    return row->job.is_cancelled ? LeaseAnswer::kCancelled : LeaseAnswer::kHeld;
  });
}

LeaseAnswer SqliteJobs::Finish(const Lease& lease, const JobOutcome& outcome, Time now) {
  return database_.Write([&](Connection& connection) {
    const std::optional<JobRow> row = FindHeld(connection, lease);
    if (!row) return LeaseAnswer::kLost;
    if (row->is_video_gone) return LeaseAnswer::kCancelled;
    Complete(connection, *row, outcome, now);
    return LeaseAnswer::kHeld;
  });
}

LeaseAnswer SqliteJobs::Fail(const Lease& lease, const JobFailure& failure, Time now) {
  return database_.Write([&](Connection& connection) {
    const std::optional<JobRow> row = FindHeld(connection, lease);
    if (!row) return LeaseAnswer::kLost;
    if (row->job.is_cancelled) {
      CancelNow(connection, *row, JobActor::kWorker, now);
    } else if (failure.may_pass && row->job.attempt < kMaxAttempts) {
      BackToQueue(connection, *row, JobActor::kWorker, now + Backoff(rules_, row->job.attempt),
                  false);
    } else {
      GiveUp(connection, *row, JobActor::kWorker, failure.error_code, failure.error_message,
             failure.may_pass, now);
    }
    return LeaseAnswer::kHeld;
  });
}

LeaseAnswer SqliteJobs::Cancelled(const Lease& lease, Time now) {
  return database_.Write([&](Connection& connection) {
    const std::optional<JobRow> row = FindHeld(connection, lease);
    if (!row) return LeaseAnswer::kLost;
    if (!row->job.is_cancelled) {
      throw Error(Code::kConflict, "Nobody has asked to cancel the job.", lease.job_id.text());
    }
    CancelNow(connection, *row, JobActor::kWorker, now);
    return LeaseAnswer::kHeld;
  });
}

LeaseAnswer SqliteJobs::Release(const Lease& lease, Time now) {
  return database_.Write([&](Connection& connection) {
    const std::optional<JobRow> row = FindHeld(connection, lease);
    if (!row) return LeaseAnswer::kLost;
    if (row->job.is_cancelled) {
      CancelNow(connection, *row, JobActor::kWorker, now);
    } else {
      BackToQueue(connection, *row, JobActor::kWorker, Time{}, true);
    }
    return LeaseAnswer::kHeld;
  });
}

bool SqliteJobs::Cancel(const UserId& user_id, const JobId& id, Time now) {
  return database_.Write([&](Connection& connection) {
    const std::optional<JobRow> row = FindJob(connection, id);
    if (!row || row->job.user_id != user_id || HasEnded(row->job.status)) return false;
    if (row->job.status == JobStatus::kQueued) {
      CancelNow(connection, *row, JobActor::kUser, now);
    } else if (!row->job.is_cancelled) {
      AskToCancel(connection, *row);
    }
    return true;
  });
}

int SqliteJobs::Reap(Time now) {
  constexpr std::string_view kSelect = "SELECT seq FROM jobs WHERE lease_until <= ?1";
  const bool has_work =
      database_.Read([&](Connection& connection) { return connection.Exists(kSelect, now); });
  if (!has_work) return 0;
  return database_.Write([&](Connection& connection) {
    return TakeBack(connection, connection.Query(kSelect, now), now);
  });
}

int SqliteJobs::ReapWorker(const std::string& worker, Time now) {
  return database_.Write([&](Connection& connection) {
    return TakeBack(connection,
                    connection.Query("SELECT seq FROM jobs WHERE lease_until IS NOT NULL AND "
                                     "substr(worker, 1, length(?1)) = ?1",
                                     worker),
                    now);
  });
}

std::optional<Job> SqliteJobs::Get(const UserId& user_id, const JobId& id) {
  return database_.Read([&](Connection& connection) -> std::optional<Job> {
    std::optional<JobRow> row = FindJob(connection, id);
    if (!row || row->job.user_id != user_id) return std::nullopt;
    return Shown(std::move(*row));
  });
}

std::vector<Job> SqliteJobs::List(const UserId& user_id, const std::optional<JobId>& before,
                                  int limit) {
  static const std::string kAll =
      SelectJobs("WHERE j.user_id = ?1 AND j.kind <> 'preview' ORDER BY j.seq DESC LIMIT ?2");
  static const std::string kBefore = SelectJobs(R"(
WHERE j.user_id = ?1 AND j.kind <> 'preview'
  AND j.seq < (SELECT seq FROM jobs WHERE id = ?3 AND user_id = ?1)
ORDER BY j.seq DESC LIMIT ?2)");
  limit = std::max(limit, 0);  // SQLite knows no limit below 0.
  return database_.Read([&](Connection& connection) {
    return ShownJobs(before ? connection.Query(kBefore, user_id, limit, *before)
                            : connection.Query(kAll, user_id, limit));
  });
}

std::vector<Job> SqliteJobs::OfVideo(const UserId& user_id, const VideoId& video_id) {
  static const std::string kSelect =
      SelectJobs("WHERE j.video_id = ?1 AND j.user_id = ?2 ORDER BY j.seq DESC");
  return database_.Read([&](Connection& connection) {
    std::vector<Job> jobs;
    for (Statement rows = connection.Query(kSelect, video_id, user_id); rows.Step();) {
      jobs.push_back(ReadJobRow(rows).job);
    }
    return jobs;
  });
}

std::vector<Job> SqliteJobs::ChangedSince(const UserId& user_id, int64_t rev, int limit) {
  static const std::string kSelect =
      SelectJobs("WHERE j.user_id = ?1 AND j.rev > ?2 ORDER BY j.rev LIMIT ?3");
  return database_.Read([&](Connection& connection) {
    return ShownJobs(connection.Query(kSelect, user_id, rev, std::max(limit, 0)));
  });
}

int64_t SqliteJobs::LastRev() {
  return database_.Read([](Connection& connection) {
    Statement statement = connection.Query("SELECT value FROM counters WHERE name = 'rev'");
    statement.Step();
    return statement.Int();
  });
}

QuotaUse SqliteJobs::Quota(const UserId& user_id, Time now) {
  return database_.Read(
      [&](Connection& connection) { return QuotaOf(connection, rules_, user_id, now); });
}

std::vector<QueueDepth> SqliteJobs::Depths() {
  return database_.Read([&](Connection& connection) {
    std::vector<QueueDepth> depths;
    for (const JobKind kind : {JobKind::kIngest, JobKind::kPreview, JobKind::kMask}) {
      for (const TierClass tier_class : {TierClass::kFree, TierClass::kPaid}) {
        Statement waiting = connection.Query(R"(
SELECT COALESCE((SELECT jobs FROM waiting WHERE kind = ?1 AND tier_class = ?2), 0),
  (SELECT MIN(created_at) FROM jobs WHERE status = 'queued' AND kind = ?1 AND tier_class = ?2))",
                                             JobKindName(kind), static_cast<int>(tier_class));
        Statement running = connection.Query(R"(
SELECT COUNT(*) FROM jobs WHERE lease_until IS NOT NULL AND kind = ?1 AND tier_class = ?2)",
                                             JobKindName(kind), static_cast<int>(tier_class));
        waiting.Step();
        running.Step();
        QueueDepth depth{kind, tier_class, waiting.Int(), running.Int(), waiting.MaybeTime()};
        depths.push_back(depth);
      }
    }
    return depths;
  });
}

std::vector<Job> SqliteJobs::DeadLetters(int limit) {
  static const std::string kSelect =
      SelectJobs("WHERE j.dead_rev IS NOT NULL ORDER BY j.dead_rev DESC LIMIT ?1");
  return database_.Read([&](Connection& connection) {
    return ShownJobs(connection.Query(kSelect, std::max(limit, 0)));
  });
}

int SqliteJobs::ForgetPreviews(Time ended_before) {
  return database_.Write([&](Connection& connection) {
    return static_cast<int>(
        connection.Run("DELETE FROM jobs WHERE kind = 'preview' AND completed_at IS NOT NULL AND "
                       "completed_at < ?1",
                       ended_before));
  });
}

}  // namespace tapmask::sqlite
