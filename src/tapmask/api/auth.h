// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "tapmask/api/password.h"
#include "tapmask/api/routes.h"
#include "tapmask/api/throttle.h"
#include "tapmask/api/work_turns.h"

namespace tapmask::api {

// What AddAuthRoutes takes for granted, for tests to change.
struct AuthOptions {
  PasswordHasher::Options password;
  WorkTurns* turns = &PasswordTurns();  // Must outlive the routes.

  // Tries to sign in, by the account's address (also when there is no such account) and by where
  // they come from; good ones do not count.
  Throttle::Options sign_in_to_account{.burst = 10, .per_try = std::chrono::seconds(60)};
  Throttle::Options sign_in_from_address{.burst = 30, .per_try = std::chrono::seconds(10)};
  // New accounts, requests for mails, and tokens from mails.
  Throttle::Options requests_from_address{.burst = 20, .per_try = std::chrono::seconds(60)};
  // Mails to one account.
  Throttle::Options mails_to_account{.burst = 3, .per_try = std::chrono::minutes(10)};

  std::chrono::hours verify_link_life{24};
  std::chrono::hours reset_link_life{1};
};
void AddAuthRoutes(RouteTable& routes, Services& services, const AuthOptions& options);

// Counts a try under `key`; throws HttpError 429 too_many_attempts when there were too many.
void CountTry(Throttle& throttle, std::string_view key, Time now);

struct StartedSession {
  TokenHash token_hash{};
  std::string cookie;  // Its Set-Cookie.
};
// Signs the user in. Blocks. Throws kNotFound when the account is closed or gone.
StartedSession StartSession(Services& services, const UserId& user_id);

}  // namespace tapmask::api
