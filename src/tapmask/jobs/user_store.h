// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tapmask/core/clock.h"
#include "tapmask/core/id.h"
#include "tapmask/jobs/user.h"

namespace tapmask {

// The accounts. Threads, durability and errors as in JobStore.
class UserStore {
 public:
  virtual ~UserStore() = default;

  // False: the address has an account already, whatever the case of its (ASCII) letters.
  virtual bool Add(const User& user) = 0;
  virtual std::optional<User> Get(const UserId& id) = 0;
  virtual std::optional<User> FindByEmail(std::string_view email) = 0;

  // Each is false when there is no such account.
  virtual bool SetVerified(const UserId& id) = 0;
  virtual bool SetPasswordHash(const UserId& id, const std::string& hash) = 0;
  virtual bool SetTier(const UserId& id, Tier tier) = 0;
  virtual bool SetLastLogin(const UserId& id, Time now) = 0;

  // The account and every row that holds its id, but for deletion receipts. Its videos must be
  // deleted and swept and its uploads removed first, so that their files are gone: throws kConflict
  // while there are some.
  virtual bool Erase(const UserId& id) = 0;
};

}  // namespace tapmask
