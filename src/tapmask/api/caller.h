// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/core/id.h"
#include "tapmask/jobs/credential_store.h"
#include "tapmask/jobs/tier.h"

namespace tapmask::api {

// Who asks, as their credential says; nothing of the request's own words.
struct Caller {
  UserId user_id;
  Tier tier = Tier::kFree;
  bool is_by_key = false;  // By an API key; otherwise by a session's cookie.
  TokenHash token_hash{};  // Of the session or key.
};

}  // namespace tapmask::api
