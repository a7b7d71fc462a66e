// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "tapmask/cli/service_parts.h"
#include "tapmask/jobs/user.h"

namespace tapmask {

// Writes to `path` what GET /api/v1/me/export gives to the account, for its owner only: the links
// in it open without a password. The file appears whole or not at all. A server may run meanwhile.
//
// Throws Error: kInvalidArgument when something is at `path` already or nothing can be written
// there, kStorageFull, kNotFound when the account is erased meanwhile, and as the parts do.
void WriteExport(ServiceParts& parts, const User& user, const std::filesystem::path& path);

}  // namespace tapmask
