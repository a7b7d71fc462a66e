// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/enqueue.h"

#include <optional>

#include "tapmask/core/error.h"
#include "tapmask/store/sqlite/job_rows.h"

namespace tapmask::sqlite {
namespace {

// When the month that holds `now` is over for the user, which is also its name.
std::optional<Time> MonthOf(Connection& connection, const UserId& user_id, Time now) {
  Statement statement = connection.Query("SELECT quota_reset_at FROM users WHERE id = ?1", user_id);
  if (!statement.Step()) return std::nullopt;
  return NextQuotaReset(statement.Time(), now);
}

// No counter: what counts are the jobs themselves, so nothing can be counted twice or be lost.
int UsedIn(Connection& connection, const UserId& user_id, Time month) {
  Statement statement = connection.Query(R"(
SELECT COUNT(DISTINCT video_id) FROM jobs
WHERE user_id = ?1 AND quota_until = ?2 AND status NOT IN ('failed', 'cancelled'))",
                                         user_id, month);
  statement.Step();
  return statement.IntValue();
}

bool CountsAlready(Connection& connection, const NewJob& job, Time month) {
  return connection.Exists(R"(
SELECT 1 FROM jobs WHERE user_id = ?1 AND quota_until = ?2 AND video_id = ?3
  AND status NOT IN ('failed', 'cancelled'))",
                           job.user_id, month, job.video_id);
}

}  // namespace

bool IsJobThere(Connection& connection, const JobId& id) {
  return connection.Exists("SELECT 1 FROM jobs WHERE id = ?1", id);
}

Enqueued RoomFor(Connection& connection, const JobRules& rules, const NewJob& job, Time now) {
  const TierLimits& limits = rules.tiers.Of(job.tier);
  Statement waiting = connection.Query("SELECT COALESCE(SUM(jobs), 0) FROM waiting");
  waiting.Step();
  if (waiting.Int() >= rules.max_queued) return Enqueued::kQueueFull;
  Statement of_user = connection.Query(R"(
SELECT COUNT(*) FROM jobs INDEXED BY jobs_waiting
WHERE status = 'queued' AND user_id = ?1 AND (kind = 'preview') = ?2)",
                                       job.user_id, job.kind == JobKind::kPreview);
  of_user.Step();
  if (of_user.Int() >= limits.max_waiting_jobs) return Enqueued::kTooManyWaiting;
  if (job.kind != JobKind::kMask || !limits.videos_per_month) return Enqueued::kNew;
  const std::optional<Time> month = MonthOf(connection, job.user_id, now);
  if (month && !CountsAlready(connection, job, *month) &&
      UsedIn(connection, job.user_id, *month) >= *limits.videos_per_month) {
    return Enqueued::kQuotaUsedUp;
  }
  return Enqueued::kNew;
}

void InsertJob(Connection& connection, const NewJob& job, Time now) {
  const std::optional<Time> month =
      job.kind == JobKind::kMask ? MonthOf(connection, job.user_id, now) : std::nullopt;
  connection.Run(R"(
INSERT INTO jobs (id, kind, user_id, video_id, tier, tier_class, status, rev, request, created_at,
  wants_mail, quota_until, in_line)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', ?7, ?8, ?9, ?10, ?11, 1))",
                 job.id, JobKindName(job.kind), job.user_id, job.video_id, TierName(job.tier),
                 static_cast<int>(ClassOf(job.tier)), NextRev(connection), job.request, now,
                 job.wants_mail, month);
}

QuotaUse QuotaOf(Connection& connection, const JobRules& rules, const UserId& user_id, Time now) {
  Statement statement = connection.Query("SELECT tier FROM users WHERE id = ?1", user_id);
  if (!statement.Step()) throw Error(Code::kNotFound, "There is no such account.");
  const Tier tier = statement.Named(ParseTier);
  QuotaUse use;
  use.limit = rules.tiers.Of(tier).videos_per_month;
  use.resets_at = *MonthOf(connection, user_id, now);
  use.used = UsedIn(connection, user_id, use.resets_at);
  return use;
}

}  // namespace tapmask::sqlite
