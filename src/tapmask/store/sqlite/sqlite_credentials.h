// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "tapmask/jobs/credential_store.h"
#include "tapmask/store/sqlite/database.h"

namespace tapmask::sqlite {

class SqliteCredentials final : public CredentialStore {
 public:
  explicit SqliteCredentials(Database& database) : database_(database) {}  // Must outlive it.

  void AddSession(const Session& session) override;
  std::optional<Session> FindSession(const TokenHash& hash, Time now) override;
  bool RemoveSession(const TokenHash& hash) override;
  int RemoveSessions(const UserId& user_id) override;
  bool AddKey(const ApiKey& key, int most) override;
  std::vector<ApiKey> Keys(const UserId& user_id) override;
  std::optional<ApiKey> FindKey(const TokenHash& hash) override;
  void KeyUsed(const KeyId& id, Time now) override;
  bool RemoveKey(const UserId& user_id, const KeyId& id) override;
  void AddTicket(const Ticket& ticket) override;
  std::optional<UserId> UseTicket(const TokenHash& hash, TicketPurpose purpose, Time now) override;
  int RemoveExpired(Time now) override;

 private:
  Database& database_;
};

}  // namespace tapmask::sqlite
