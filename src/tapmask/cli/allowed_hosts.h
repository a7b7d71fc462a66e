// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tapmask/cli/serve_settings.h"

namespace tapmask {

// An address as it stands in URLs and in Host: "127.0.0.1", "[::1]".
std::string HostText(const std::string& address);

// The names by which browsers may know us, in lower case, without ports; empty: any, since we
// cannot know them.
std::vector<std::string> AllowedHosts(const ServeSettings& settings);

}  // namespace tapmask
