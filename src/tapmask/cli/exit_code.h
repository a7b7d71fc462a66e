// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/core/error.h"

namespace tapmask {

// What the program says to the shell at its end.
enum class ExitCode {
  kDone = 0,
  kFailed = 1,
  kBadUsage = 2,   // The command itself is wrong: an option, a point outside the frame.
  kRefused = 3,    // The input is missing, no video that we work on, or over a limit.
  kCancelled = 4,  // Ctrl-C or a request to end.
};

ExitCode ExitCodeOf(Code code);

}  // namespace tapmask
