// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "tapmask/api/page_files.h"
#include "tapmask/api/routes.h"

namespace tapmask::api {

// What a browser opens: the page at each of its own addresses, its assets and its icon. GET / with
// a token signs the local owner in.
//
// `services` and `files` must outlive the table. Throws std::logic_error when `files` has no
// "/index.html".
void AddPageRoutes(RouteTable& routes, Services& services, std::span<const PageFile> files);

}  // namespace tapmask::api
