// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "tapmask/api/routes.h"

namespace tapmask::api {

// What AddServiceRoutes takes for granted, for tests to change.
struct ServicePageOptions {
  // HTML; nothing: this server has no page, and GET / without a token is 404 not_found.
  std::optional<std::string> page;
};
void AddServiceRoutes(RouteTable& routes, Services& services, ServicePageOptions options);

}  // namespace tapmask::api
