// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "tapmask/core/clock.h"
#include "tapmask/core/id.h"
#include "tapmask/jobs/tier.h"

namespace tapmask {

struct User {
  UserId id;
  std::string email;          // As typed, without surrounding blanks; unique whatever the case.
  std::string password_hash;  // Argon2id in its own text form; empty: cannot log in by password.
  Tier tier = Tier::kFree;
  bool is_verified = false;
  Time created_at;
  std::optional<Time> last_login_at;
  // When the month's count of videos begins anew for the first time, and from then on monthly
  // (`NextQuotaReset`); what is in force says `JobStore::Quota`.
  Time quota_reset_at;
  // Set by `UserStore::Close`, for good: it is being erased, and nobody can be it any more.
  std::optional<Time> closed_at;
};

}  // namespace tapmask
