// SPDX-License-Identifier: Apache-2.0
// Which calls of the kernel the process can make. For the sandbox only.
#pragma once

#include "tapmask/worker/sandbox.h"

namespace tapmask {

// From now on the whole process makes only the calls that reading, tracking and writing a video in
// the scratch folder takes; most others end it by SIGSYS. Needs no_new_privs. The last layer:
// nothing of the others can be set up afterwards.
SandboxLayer RestrictCalls();

}  // namespace tapmask
