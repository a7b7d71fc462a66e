// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tapmask/cli/exit_code.h"
#include "tapmask/cli/narrator.h"

namespace tapmask {

// The whole program: parses `arguments` (without the program's name), does what they say, and
// turns every error into one sentence and an exit code. Throws nothing.
ExitCode RunCommandLine(std::vector<std::string> arguments, const Streams& streams) noexcept;

}  // namespace tapmask
