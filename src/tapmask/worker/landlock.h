// SPDX-License-Identifier: Apache-2.0
// Which files the process can open. For the sandbox only.
#pragma once

#include "tapmask/worker/sandbox.h"

namespace tapmask {

// From now on the calling thread, and those it starts, open files below the scratch folder only,
// and the readable ones for reading. What is open stays so. Needs no_new_privs. Kernels before 6.7
// say nothing of the network, those before 6.2 nothing of cutting files off by name: seccomp does.
SandboxLayer RestrictFiles(const SandboxLimits& limits);

}  // namespace tapmask
