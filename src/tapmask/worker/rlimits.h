// SPDX-License-Identifier: Apache-2.0
// Limits on what the process uses. For the sandbox only.
#pragma once

#include "tapmask/worker/sandbox.h"

namespace tapmask {

// Sets the limits on memory, processor time, files' sizes, open files and core dumps; none can be
// raised again. Also offers the process to the kernel first when memory runs out, where that is
// possible.
SandboxLayer SetResourceLimits(const SandboxLimits& limits);

}  // namespace tapmask
