// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "tapmask/api/routes.h"

namespace tapmask::api {

struct TusOptions {
  // An unfinished upload is removed when nothing has come for so long.
  std::chrono::milliseconds life = std::chrono::hours(24);
  // For a step of another request to end, before 423.
  std::chrono::milliseconds lock_time{10'000};
};

// AddTusRoutes of routes.h has the defaults.
void AddTusRoutes(RouteTable& routes, Services& services, const TusOptions& options);

}  // namespace tapmask::api
