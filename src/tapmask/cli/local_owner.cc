// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/local_owner.h"

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/jobs/job_rules.h"

namespace tapmask {

std::optional<UserId> EnsureOwner(Stores& stores, const std::function<void(Time)>& sweep,
                                  Time now) {
  std::optional<User> there = stores.users().FindByEmail(kOwnerEmail);
  if (there && there->closed_at) {
    sweep(now);
    there = stores.users().FindByEmail(kOwnerEmail);
    if (there && there->closed_at) return std::nullopt;
  }
  if (there && (!there->password_hash.empty() || there->tier != Tier::kLocal)) {
    throw Error(Code::kInvalidArgument,
                fmt::format("Somebody registered as {0}, the address of this machine's owner; "
                            "erase that account with `tapmask user erase {0}`, then start again.",
                            kOwnerEmail));
  }
  if (there) return there->id;
  User owner;
  owner.id = UserId::New();
  owner.email = kOwnerEmail;
  owner.tier = Tier::kLocal;
  owner.is_verified = true;
  owner.created_at = now;
  owner.quota_reset_at = NextQuotaReset(now, now);
  if (!stores.users().Add(owner)) return std::nullopt;  // Somebody registers just now.
  return owner.id;
}

}  // namespace tapmask
