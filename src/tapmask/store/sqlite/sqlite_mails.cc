// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/sqlite_mails.h"

namespace tapmask::sqlite {

bool SqliteMails::Add(const Mail& mail) {
  return database_.Write([&](Connection& connection) {
    return connection.Run(R"(
INSERT INTO mails (id, kind, user_id, job_id, link, created_at, attempts, due_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0) ON CONFLICT (job_id, kind) DO NOTHING)",
                          mail.id, MailKindName(mail.kind), mail.user_id, mail.job_id, mail.link,
                          mail.created_at, mail.attempts) > 0;
  });
}

std::optional<Mail> SqliteMails::Take(Time now, Time held_until) {
  constexpr std::string_view kSelect =
      "SELECT seq FROM mails WHERE due_at <= ?1 ORDER BY created_at, seq LIMIT 1";
  const bool is_due =
      database_.Read([&](Connection& connection) { return connection.Exists(kSelect, now); });
  if (!is_due) return std::nullopt;
  return database_.Write([&](Connection& connection) -> std::optional<Mail> {
    Statement due = connection.Query(kSelect, now);
    if (!due.Step()) return std::nullopt;
    Statement statement = connection.Query(R"(
UPDATE mails SET due_at = ?2, attempts = attempts + 1 WHERE seq = ?1
RETURNING id, kind, user_id, job_id, link, created_at, attempts)",
                                           due.Int(), held_until);
    statement.Step();
    Mail mail;
    mail.id = statement.Id<MailId>();
    mail.kind = statement.Named(ParseMailKind);
    mail.user_id = statement.Id<UserId>();
    if (const auto job_id = statement.Id<JobId>(); !job_id.Empty()) mail.job_id = job_id;
    mail.link = statement.Text();
    mail.created_at = statement.Time();
    mail.attempts = statement.IntValue();
    return mail;
  });
}

void SqliteMails::Sent(const MailId& id, Time now) {
  database_.Write([&](Connection& connection) {
    connection.Run(
        "UPDATE mails SET due_at = NULL, ended_at = ?2 WHERE id = ?1 AND due_at IS NOT NULL", id,
        now);
  });
}

void SqliteMails::NotSent(const MailId& id, std::optional<Time> retry_at) {
  database_.Write([&](Connection& connection) {
    // Given up: about now, since it was held until then.
    connection.Run(R"(
UPDATE mails SET ended_at = iif(?2 IS NULL, due_at, NULL), due_at = ?2
WHERE id = ?1 AND due_at IS NOT NULL)",
                   id, retry_at);
  });
}

int SqliteMails::Forget(Time before) {
  return database_.Write([&](Connection& connection) {
    return static_cast<int>(
        connection.Run("DELETE FROM mails WHERE job_id IS NULL AND ended_at < ?1", before) +
        connection.Run("UPDATE mails SET link = '', ended_at = NULL WHERE ended_at < ?1", before));
  });
}

}  // namespace tapmask::sqlite
