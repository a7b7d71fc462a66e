// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/claim.h"

#include <string>

namespace tapmask::sqlite {
namespace {

struct Next {
  int64_t seq = 0;
  std::string user_id;
  int64_t virtual_time = 0;
};

// One row a user that may be served; the jobs that wait are read from their index alone.
std::optional<Next> NextOf(Connection& connection, const JobRules& rules, JobKind kind,
                           TierClass tier_class, Time now) {
  Statement statement = connection.Query(
      R"(
WITH running AS MATERIALIZED (
  SELECT user_id, COUNT(*) AS jobs FROM jobs
  WHERE lease_until IS NOT NULL AND kind = ?1 GROUP BY user_id
), class (virtual_time) AS (
  SELECT COALESCE((SELECT virtual_time FROM class_times WHERE kind = ?1 AND tier_class = ?2), 0)
)
SELECT waiting.seq, waiting.user_id,
  MAX(COALESCE(user_times.virtual_time, 0), class.virtual_time) AS begin
FROM class, (
  SELECT MIN(jobs.seq) AS seq, jobs.user_id
  FROM jobs LEFT JOIN running ON running.user_id = jobs.user_id
  WHERE jobs.status = 'queued' AND jobs.kind = ?1 AND jobs.tier_class = ?2
    AND jobs.not_before <= ?3
    AND COALESCE(running.jobs, 0) <
      CASE jobs.tier WHEN 'free' THEN ?4 WHEN 'pro' THEN ?5 ELSE ?6 END
  GROUP BY jobs.user_id
) AS waiting
LEFT JOIN user_times ON user_times.kind = ?1 AND user_times.tier_class = ?2
  AND user_times.user_id = waiting.user_id
ORDER BY begin, waiting.seq LIMIT 1)",
      JobKindName(kind), static_cast<int>(tier_class), now, rules.tiers.free.max_running_jobs,
      rules.tiers.pro.max_running_jobs, rules.tiers.local.max_running_jobs);
  if (!statement.Step()) return std::nullopt;
  Next next;
  next.seq = statement.Int();
  next.user_id = statement.Text();
  next.virtual_time = statement.Int();
  return next;
}

int64_t TurnOf(Connection& connection, JobKind kind) {
  Statement statement =
      connection.Query("SELECT turn FROM turns WHERE kind = ?1", JobKindName(kind));
  return statement.Step() ? statement.Int() : 0;
}

}  // namespace

std::optional<int64_t> TakeTurn(Connection& connection, const JobRules& rules, JobKind kind,
                                Time now) {
  const int64_t turn = TurnOf(connection, kind);
  TierClass tier_class = FirstServed(turn);
  std::optional<Next> next = NextOf(connection, rules, kind, tier_class, now);
  if (!next) {
    tier_class = tier_class == TierClass::kFree ? TierClass::kPaid : TierClass::kFree;
    next = NextOf(connection, rules, kind, tier_class, now);
  }
  if (!next) return std::nullopt;
  connection.Run("INSERT INTO turns VALUES (?1, ?2) ON CONFLICT DO UPDATE SET turn = excluded.turn",
                 JobKindName(kind), turn + 1);
  connection.Run(R"(
INSERT INTO class_times VALUES (?1, ?2, ?3)
ON CONFLICT DO UPDATE SET virtual_time = excluded.virtual_time)",
                 JobKindName(kind), static_cast<int>(tier_class), next->virtual_time);
  connection.Run(R"(
INSERT INTO user_times VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO UPDATE SET virtual_time = excluded.virtual_time)",
                 JobKindName(kind), static_cast<int>(tier_class), next->user_id,
                 next->virtual_time + 1);
  return next->seq;
}

}  // namespace tapmask::sqlite
