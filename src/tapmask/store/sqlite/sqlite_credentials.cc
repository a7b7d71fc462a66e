// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/sqlite_credentials.h"

#include <chrono>
#include <string>

namespace tapmask::sqlite {
namespace {

constexpr auto kUseWorthWriting = std::chrono::minutes(1);

constexpr std::string_view kSelectKeys =
    "SELECT id, user_id, token_hash, name, prefix, created_at, last_used_at FROM api_keys ";

ApiKey ReadKey(Statement& statement) {
  ApiKey key;
  key.id = statement.Id<KeyId>();
  key.user_id = statement.Id<UserId>();
  key.token_hash = statement.Hash();
  key.name = statement.Text();
  key.prefix = statement.Text();
  key.created_at = statement.Time();
  key.last_used_at = statement.MaybeTime();
  return key;
}

}  // namespace

void SqliteCredentials::AddSession(const Session& session) {
  database_.Write([&](Connection& connection) {
    connection.Run("INSERT INTO sessions VALUES (?1, ?2, ?3, ?4)", session.token_hash,
                   session.user_id, session.created_at, session.expires_at);
  });
}

std::optional<Session> SqliteCredentials::FindSession(const TokenHash& hash, Time now) {
  return database_.Read([&](Connection& connection) -> std::optional<Session> {
    Statement statement = connection.Query(R"(
SELECT user_id, created_at, expires_at FROM sessions WHERE token_hash = ?1 AND expires_at > ?2)",
                                           hash, now);
    if (!statement.Step()) return std::nullopt;
    Session session;
    session.token_hash = hash;
    session.user_id = statement.Id<UserId>();
    session.created_at = statement.Time();
    session.expires_at = statement.Time();
    return session;
  });
}

bool SqliteCredentials::RemoveSession(const TokenHash& hash) {
  return database_.Write([&](Connection& connection) {
    return connection.Run("DELETE FROM sessions WHERE token_hash = ?1", hash) > 0;
  });
}

int SqliteCredentials::RemoveSessions(const UserId& user_id) {
  return database_.Write([&](Connection& connection) {
    return static_cast<int>(connection.Run("DELETE FROM sessions WHERE user_id = ?1", user_id));
  });
}

bool SqliteCredentials::AddKey(const ApiKey& key, int most) {
  return database_.Write([&](Connection& connection) {
    Statement count =
        connection.Query("SELECT COUNT(*) FROM api_keys WHERE user_id = ?1", key.user_id);
    count.Step();
    if (count.Int() >= most) return false;
    connection.Run(R"(
INSERT INTO api_keys (id, user_id, token_hash, name, prefix, created_at, last_used_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))",
                   key.id, key.user_id, key.token_hash, key.name, key.prefix, key.created_at,
                   key.last_used_at);
    return true;
  });
}

std::vector<ApiKey> SqliteCredentials::Keys(const UserId& user_id) {
  static const std::string kSelect =
      std::string(kSelectKeys).append("WHERE user_id = ?1 ORDER BY seq");
  return database_.Read([&](Connection& connection) {
    std::vector<ApiKey> keys;
    for (Statement rows = connection.Query(kSelect, user_id); rows.Step();) {
      keys.push_back(ReadKey(rows));
    }
    return keys;
  });
}

std::optional<ApiKey> SqliteCredentials::FindKey(const TokenHash& hash) {
  static const std::string kSelect = std::string(kSelectKeys).append("WHERE token_hash = ?1");
  return database_.Read([&](Connection& connection) -> std::optional<ApiKey> {
    Statement statement = connection.Query(kSelect, hash);
    if (!statement.Step()) return std::nullopt;
    return ReadKey(statement);
  });
}

void SqliteCredentials::KeyUsed(const KeyId& id, Time now) {
  constexpr std::string_view kIsWorthWriting = R"(
SELECT 1 FROM api_keys WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at <= ?2))";
  const Time before = now - kUseWorthWriting;
  const bool is_news = database_.Read(
      [&](Connection& connection) { return connection.Exists(kIsWorthWriting, id, before); });
  if (!is_news) return;
  database_.Write([&](Connection& connection) {
    if (!connection.Exists(kIsWorthWriting, id, before)) return;
    connection.Run("UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1", id, now);
  });
}

bool SqliteCredentials::RemoveKey(const UserId& user_id, const KeyId& id) {
  return database_.Write([&](Connection& connection) {
    return connection.Run("DELETE FROM api_keys WHERE id = ?1 AND user_id = ?2", id, user_id) > 0;
  });
}

void SqliteCredentials::AddTicket(const Ticket& ticket) {
  database_.Write([&](Connection& connection) {
    const int purpose = static_cast<int>(ticket.purpose);
    connection.Run("DELETE FROM tickets WHERE user_id = ?1 AND purpose = ?2", ticket.user_id,
                   purpose);
    connection.Run("INSERT INTO tickets VALUES (?1, ?2, ?3, ?4)", ticket.token_hash, purpose,
                   ticket.user_id, ticket.expires_at);
  });
}

std::optional<UserId> SqliteCredentials::UseTicket(const TokenHash& hash, TicketPurpose purpose,
                                                   Time now) {
  return database_.Write([&](Connection& connection) -> std::optional<UserId> {
    Statement statement = connection.Query(
        "DELETE FROM tickets WHERE token_hash = ?1 AND purpose = ?2 RETURNING user_id, expires_at",
        hash, static_cast<int>(purpose));
    if (!statement.Step()) return std::nullopt;
    const auto user_id = statement.Id<UserId>();
    if (statement.Time() <= now) return std::nullopt;
    return user_id;
  });
}

int SqliteCredentials::RemoveExpired(Time now) {
  return database_.Write([&](Connection& connection) {
    return static_cast<int>(connection.Run("DELETE FROM sessions WHERE expires_at <= ?1", now) +
                            connection.Run("DELETE FROM tickets WHERE expires_at <= ?1", now));
  });
}

}  // namespace tapmask::sqlite
