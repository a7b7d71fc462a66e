// SPDX-License-Identifier: Apache-2.0
// What the children of the test program can do: much of it must not succeed.
#pragma once

#include "tapmask/worker/child_main.h"

namespace tapmask {

ChildTasks TestTasks();                    // Good and bad ones.
void AddPipelineTasks(ChildTasks& tasks);  // The real work.

}  // namespace tapmask
