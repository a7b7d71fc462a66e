// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/sqlite_users.h"

#include <algorithm>

#include "tapmask/core/error.h"
#include "tapmask/store/sqlite/sqlite_videos.h"

namespace tapmask::sqlite {
namespace {

constexpr std::string_view kColumns =
    "id, email, password_hash, tier, is_verified, created_at, last_login_at, quota_reset_at, "
    "closed_at";

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Equal for two addresses that are one account's.
std::string EmailKey(std::string_view email) {
  std::string key(Trimmed(email));
  for (char& c : key) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return key;
}

std::optional<User> ReadUser(Statement statement) {
  if (!statement.Step()) return std::nullopt;
  User user;
  user.id = statement.Id<UserId>();
  user.email = statement.Text();
  user.password_hash = statement.Text();
  user.tier = statement.Named(ParseTier);
  user.is_verified = statement.Bool();
  user.created_at = statement.Time();
  user.last_login_at = statement.MaybeTime();
  user.quota_reset_at = statement.Time();
  user.closed_at = statement.MaybeTime();
  return user;
}

}  // namespace

bool SqliteUsers::Add(const User& user) {
  return database_.Write([&](Connection& connection) {
    const std::string key = EmailKey(user.email);
    if (connection.Exists("SELECT 1 FROM users WHERE email_key = ?1", key)) return false;
    connection.Run(R"(
INSERT INTO users (id, email, email_key, password_hash, tier, is_verified, created_at,
  last_login_at, quota_reset_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9))",
                   user.id, Trimmed(user.email), key, user.password_hash, TierName(user.tier),
                   user.is_verified, user.created_at, user.last_login_at, user.quota_reset_at);
    return true;
  });
}

std::optional<User> SqliteUsers::Get(const UserId& id) {
  static const std::string kSelect =
      std::string("SELECT ").append(kColumns) + " FROM users WHERE id = ?1";
  return database_.Read(
      [&](Connection& connection) { return ReadUser(connection.Query(kSelect, id)); });
}

std::optional<User> SqliteUsers::FindByEmail(std::string_view email) {
  static const std::string kSelect =
      std::string("SELECT ").append(kColumns) + " FROM users WHERE email_key = ?1";
  return database_.Read(
      [&](Connection& connection) { return ReadUser(connection.Query(kSelect, EmailKey(email))); });
}

bool SqliteUsers::SetVerified(const UserId& id) {
  return database_.Write([&](Connection& connection) {
    return connection.Run("UPDATE users SET is_verified = 1 WHERE id = ?1", id) > 0;
  });
}

bool SqliteUsers::SetPasswordHash(const UserId& id, const std::string& hash) {
  return database_.Write([&](Connection& connection) {
    if (connection.Run("UPDATE users SET password_hash = ?2 WHERE id = ?1 AND closed_at IS NULL",
                       id, hash) == 0) {
      return false;
    }
    connection.Run("DELETE FROM sessions WHERE user_id = ?1", id);
    connection.Run("DELETE FROM api_keys WHERE user_id = ?1", id);
    return true;
  });
}

bool SqliteUsers::ReplacePasswordHash(const UserId& id, const std::string& from,
                                      const std::string& to) {
  return database_.Write([&](Connection& connection) {
    return connection.Run(
               "UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2", id, from,
               to) > 0;
  });
}

bool SqliteUsers::SetTier(const UserId& id, Tier tier) {
  return database_.Write([&](Connection& connection) {
    return connection.Run("UPDATE users SET tier = ?2 WHERE id = ?1", id, TierName(tier)) > 0;
  });
}

bool SqliteUsers::SetLastLogin(const UserId& id, Time now) {
  return database_.Write([&](Connection& connection) {
    return connection.Run("UPDATE users SET last_login_at = ?2 WHERE id = ?1", id, now) > 0;
  });
}

bool SqliteUsers::Close(const UserId& id, Time now) {
  return database_.Write([&](Connection& connection) {
    if (!connection.Exists("SELECT 1 FROM users WHERE id = ?1 AND closed_at IS NULL", id)) {
      return false;
    }
    for (const std::string_view sql : {
             "DELETE FROM sessions WHERE user_id = ?1",
             "DELETE FROM api_keys WHERE user_id = ?1",
             "DELETE FROM tickets WHERE user_id = ?1",
             "DELETE FROM mails WHERE user_id = ?1",
         }) {
      connection.Run(sql, id);
    }
    DeleteVideosOf(connection, id, "account_erased", now);
    // Before the mark: from then on nothing makes them live longer.
    connection.Run(
        "UPDATE uploads SET metadata = '', expires_at = min(expires_at, ?2) WHERE user_id = ?1", id,
        now);
    connection.Run("UPDATE users SET closed_at = ?2, password_hash = '' WHERE id = ?1", id, now);
    return true;
  });
}

std::vector<UserId> SqliteUsers::Closed(int limit) {
  return database_.Read([&](Connection& connection) {
    std::vector<UserId> ids;
    Statement rows = connection.Query(R"(
SELECT id FROM users WHERE closed_at IS NOT NULL ORDER BY closed_at, id LIMIT ?1)",
                                      std::max(limit, 0));
    while (rows.Step()) ids.push_back(rows.Id<UserId>());
    return ids;
  });
}

bool SqliteUsers::Erase(const UserId& id) {
  const bool was_there = database_.Write([&](Connection& connection) {
    if (!connection.Exists("SELECT 1 FROM users WHERE id = ?1", id)) return false;
    if (connection.Exists("SELECT 1 FROM videos WHERE user_id = ?1", id) ||
        connection.Exists("SELECT 1 FROM uploads WHERE user_id = ?1", id)) {
      throw Error(Code::kConflict,
                  "The account still has files; they must be deleted before it is.");
    }
    for (const std::string_view sql : {
             "DELETE FROM sessions WHERE user_id = ?1",
             "DELETE FROM api_keys WHERE user_id = ?1",
             "DELETE FROM tickets WHERE user_id = ?1",
             "DELETE FROM mails WHERE user_id = ?1",
             "DELETE FROM jobs WHERE user_id = ?1",
             "DELETE FROM user_times WHERE user_id = ?1",
             "DELETE FROM users WHERE id = ?1",
         }) {
      connection.Run(sql, id);
    }
    return true;
  });
  if (was_there) database_.Rewrite();
  return was_there;
}

}  // namespace tapmask::sqlite
