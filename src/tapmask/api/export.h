// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "tapmask/api/http_message.h"
#include "tapmask/api/services.h"
#include "tapmask/jobs/user.h"

namespace tapmask::api {

// Export of web/openapi.yaml: all that is kept of an account, with links to its files. It is made
// piece by piece as it is sent, so memory does not grow with the account's history.
//
// Blocks for the first piece. `services` must outlive it.
std::unique_ptr<BodySource> MakeExport(Services& services, const User& user);

}  // namespace tapmask::api
