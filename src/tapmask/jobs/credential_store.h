// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tapmask/core/clock.h"
#include "tapmask/core/id.h"

namespace tapmask {

// Of a token; the token itself is kept nowhere.
using TokenHash = std::array<uint8_t, 32>;

struct Session {
  TokenHash token_hash{};
  UserId user_id;
  Time created_at;
  Time expires_at;
};

struct ApiKey {
  KeyId id;
  UserId user_id;
  TokenHash token_hash{};
  std::string name;    // The user's.
  std::string prefix;  // The first characters of the key, to tell it by.
  Time created_at;
  std::optional<Time> last_used_at;
};

// What a link in a mail, or the one on the terminal, may be used for, once.
enum class TicketPurpose { kVerifyEmail, kResetPassword, kLocalLogin };

struct Ticket {
  TokenHash token_hash{};
  TicketPurpose purpose = TicketPurpose::kVerifyEmail;
  UserId user_id;
  Time expires_at;
};

// Sessions, API keys and tickets. Threads, durability and errors as in JobStore; adding something
// for an account that does not exist throws kNotFound.
class CredentialStore {
 public:
  virtual ~CredentialStore() = default;

  virtual void AddSession(const Session& session) = 0;
  // Nothing when unknown or expired.
  virtual std::optional<Session> FindSession(const TokenHash& hash, Time now) = 0;
  virtual bool RemoveSession(const TokenHash& hash) = 0;
  virtual int RemoveSessions(const UserId& user_id) = 0;

  // False: the user has `most` keys already.
  virtual bool AddKey(const ApiKey& key, int most) = 0;
  virtual std::vector<ApiKey> Keys(const UserId& user_id) = 0;
  virtual std::optional<ApiKey> FindKey(const TokenHash& hash) = 0;
  // At most once a minute is written; the rest is no news.
  virtual void KeyUsed(const KeyId& id, Time now) = 0;
  virtual bool RemoveKey(const UserId& user_id, const KeyId& id) = 0;

  // Replaces the user's older tickets for the same purpose.
  virtual void AddTicket(const Ticket& ticket) = 0;
  // Takes it away and says whose it is; nothing when unknown, used, expired or for something else.
  virtual std::optional<UserId> UseTicket(const TokenHash& hash, TicketPurpose purpose,
                                          Time now) = 0;

  // Sessions and tickets that have expired; returns how many.
  virtual int RemoveExpired(Time now) = 0;
};

}  // namespace tapmask
