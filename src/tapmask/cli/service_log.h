// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tapmask/cli/serve_settings.h"
#include "tapmask/telemetry/log.h"

namespace tapmask {

// The log that the settings name. Each process has a file of its own: `suffix` stands behind its
// name, for files of two processes cannot be turned over.
Log ServiceLog(const ServeSettings& settings, const std::string& suffix);

}  // namespace tapmask
