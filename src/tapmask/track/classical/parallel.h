// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace tapmask {

// Runs task(0) ... task(count - 1) on up to `threads` threads, the caller's being one of them, and
// returns when all are done. Every task writes only what belongs to its number, so the outcome
// does not depend on the number of threads. If tasks throw, the exception of the lowest number is
// thrown on; the other tasks still run.
void RunTasks(int count, int threads, const std::function<void(int)>& task);

}  // namespace tapmask
