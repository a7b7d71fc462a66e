// SPDX-License-Identifier: Apache-2.0
// Starts this program once more. For child_process.cc only.
#pragma once

#include <sys/types.h>

namespace tapmask {

// A child process with `channel` and `input` (-1: none) where it expects them and nothing else of
// ours, about to run this program with kChildArgument. If that fails it ends with 127.
// The caller reaps it. Throws kUnavailable.
pid_t StartChild(int channel, int input, bool shows_errors);

}  // namespace tapmask
