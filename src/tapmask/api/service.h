// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "tapmask/api/page_files.h"
#include "tapmask/api/routes.h"

namespace tapmask::api {

// What AddServiceRoutes takes for granted, for tests to change.
struct ServicePageOptions {
  std::span<const PageFile> files = PageFiles();
};
void AddServiceRoutes(RouteTable& routes, Services& services, ServicePageOptions options);

}  // namespace tapmask::api
