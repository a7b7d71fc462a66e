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

  // False: the address has an account already, whatever the case of its (ASCII) letters; also one
  // that is closed but not erased yet.
  virtual bool Add(const User& user) = 0;
  // Both find closed accounts, too: see `User::closed_at`.
  virtual std::optional<User> Get(const UserId& id) = 0;
  virtual std::optional<User> FindByEmail(std::string_view email) = 0;

  // Each is false when there is no such account; a closed one takes no password.
  virtual bool SetVerified(const UserId& id) = 0;
  // Ends all sessions and revokes all keys in the same step: whoever knew the old password may have
  // made them.
  virtual bool SetPasswordHash(const UserId& id, const std::string& hash) = 0;
  // Only when the hash is still `from`; also false when it is not, so that what was made of an old
  // password never takes the place of a new one.
  virtual bool ReplacePasswordHash(const UserId& id, const std::string& from,
                                   const std::string& to) = 0;
  virtual bool SetTier(const UserId& id, Tier tier) = 0;
  virtual bool SetLastLogin(const UserId& id, Time now) = 0;

  // The first half of erasing, at once and for good: sessions, keys, tickets, waiting mails and the
  // password go, videos are deleted with the reason "account_erased" and their jobs cancelled,
  // uploads expire. Nothing can be added for the account any more: that throws kNotFound, and mails
  // are dropped. What is left is for the sweeper, which says `Erase` when the files are gone.
  // False: no such account, or closed before; nothing was changed.
  virtual bool Close(const UserId& id, Time now) = 0;
  // Those that are closed and not erased, the earliest first.
  virtual std::vector<UserId> Closed(int limit) = 0;

  // The account and every row that holds its id, but for deletion receipts. Its videos must be
  // deleted and swept and its uploads removed first, so that their files are gone: throws kConflict
  // while there are some.
  virtual bool Erase(const UserId& id) = 0;
};

}  // namespace tapmask
