// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tapmask/jobs/user_store.h"
#include "tapmask/store/sqlite/database.h"

namespace tapmask::sqlite {

class SqliteUsers final : public UserStore {
 public:
  explicit SqliteUsers(Database& database) : database_(database) {}  // Must outlive it.

  bool Add(const User& user) override;
  std::optional<User> Get(const UserId& id) override;
  std::optional<User> FindByEmail(std::string_view email) override;
  bool SetVerified(const UserId& id) override;
  bool SetPasswordHash(const UserId& id, const std::string& hash) override;
  bool ReplacePasswordHash(const UserId& id, const std::string& from,
                           const std::string& to) override;
  bool SetTier(const UserId& id, Tier tier) override;
  bool SetLastLogin(const UserId& id, Time now) override;
  bool Close(const UserId& id, Time now) override;
  std::vector<UserId> Closed(int limit) override;
  bool Erase(const UserId& id) override;

 private:
  Database& database_;
};

}  // namespace tapmask::sqlite
