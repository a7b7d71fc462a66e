// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/claim.h"

#include <string>

namespace tapmask::sqlite {
namespace {

struct NextInLine {
  int64_t seq = 0;
  std::string user_id;
  int64_t virtual_time = 0;
};

// Puts the jobs of all kinds in line that are due now, and those out of it that are not: `now` may
// be earlier than the last. From then on, those in line are those that are due. (The term with OR
// is no condition of its own: SQLite finds the index of the few such jobs by it.)
void LineUp(Connection& connection, Time now) {
  connection.Run(R"(
UPDATE jobs SET in_line = 1
WHERE status = 'queued' AND (in_line = 0 OR not_before > 0) AND in_line = 0 AND not_before <= ?1)",
                 now);
  connection.Run(R"(
UPDATE jobs SET in_line = 0
WHERE status = 'queued' AND (in_line = 0 OR not_before > 0) AND in_line = 1 AND not_before > ?1)",
                 now);
}

// Of a row of `lines`, when the limits of free, pro and local are ?4, ?5 and ?6. Those for which it
// is false are few: each has a job that runs.
constexpr std::string_view kMayBeServed = R"(
(SELECT COUNT(*) FROM jobs WHERE lease_until IS NOT NULL AND kind = lines.kind
   AND user_id = lines.user_id) < CASE tier WHEN 'free' THEN ?4 WHEN 'pro' THEN ?5 ELSE ?6 END)";

int64_t TimeOf(Connection& connection, JobKind kind, TierClass tier_class) {
  Statement statement =
      connection.Query("SELECT virtual_time FROM class_times WHERE kind = ?1 AND tier_class = ?2",
                       JobKindName(kind), static_cast<int>(tier_class));
  return statement.Step() ? statement.Int() : 0;
}

// Of jobs in line; the caller has lined them up.
std::optional<NextInLine> NextOf(Connection& connection, const JobRules& rules, JobKind kind,
                                 TierClass tier_class) {
  // Who comes late, or was passed over for a while, begins at the class's time. With this written
  // down for all who may be served, the first of them in the order of the index is the next. Nobody
  // falls behind while he may be served, as the class's time is that of the earliest of them: so
  // this changes few rows.
  static const std::string kCatchUp = std::string(R"(
UPDATE lines SET begin = ?3 WHERE kind = ?1 AND tier_class = ?2 AND begin < ?3 AND )")
                                          .append(kMayBeServed);
  static const std::string kFirst = std::string(R"(
SELECT head_seq, user_id, begin FROM lines
WHERE kind = ?1 AND tier_class = ?2 AND begin >= ?3 AND )")
                                        .append(kMayBeServed)
                                        .append(" ORDER BY begin, head_seq LIMIT 1");
  const int64_t class_time = TimeOf(connection, kind, tier_class);
  connection.Run(kCatchUp, JobKindName(kind), static_cast<int>(tier_class), class_time,
                 rules.tiers.free.max_running_jobs, rules.tiers.pro.max_running_jobs,
                 rules.tiers.local.max_running_jobs);
  Statement statement =
      connection.Query(kFirst, JobKindName(kind), static_cast<int>(tier_class), class_time,
                       rules.tiers.free.max_running_jobs, rules.tiers.pro.max_running_jobs,
                       rules.tiers.local.max_running_jobs);
  if (!statement.Step()) return std::nullopt;
  NextInLine next;
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

bool MayBeDue(Connection& connection, JobKind kind, Time now) {
  return connection.Exists("SELECT 1 FROM lines WHERE kind = ?1", JobKindName(kind)) ||
         connection.Exists(R"(
SELECT 1 FROM jobs
WHERE status = 'queued' AND (in_line = 0 OR not_before > 0) AND in_line = 0 AND not_before <= ?2
  AND kind = ?1)",
                           JobKindName(kind), now);
}

std::optional<int64_t> TakeTurn(Connection& connection, const JobRules& rules, JobKind kind,
                                Time now) {
  LineUp(connection, now);
  const int64_t turn = TurnOf(connection, kind);
  TierClass tier_class = FirstServed(turn);
  std::optional<NextInLine> next = NextOf(connection, rules, kind, tier_class);
  if (!next) {
    tier_class = tier_class == TierClass::kFree ? TierClass::kPaid : TierClass::kFree;
    next = NextOf(connection, rules, kind, tier_class);
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
  connection.Run("UPDATE lines SET begin = ?4 WHERE user_id = ?3 AND kind = ?1 AND tier_class = ?2",
                 JobKindName(kind), static_cast<int>(tier_class), next->user_id,
                 next->virtual_time + 1);
  return next->seq;
}

}  // namespace tapmask::sqlite
