// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "tapmask/api/routes.h"
#include "tapmask/api/throttle.h"

namespace tapmask::api {

// What AddServiceRoutes takes for granted, for tests to change.
struct ServicePageOptions {
  // HTML; nothing: this server has no page, and GET / without a token is 404 not_found.
  std::optional<std::string> page;
  // Tries of a link from the terminal; good ones do not count.
  Throttle::Options links_from_address{.burst = 30, .per_try = std::chrono::seconds(10)};
};
void AddServiceRoutes(RouteTable& routes, Services& services, ServicePageOptions options);

}  // namespace tapmask::api
