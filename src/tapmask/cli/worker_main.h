// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tapmask {

// The whole life of a worker process of `tapmask serve`, for `main` when its first argument is
// kWorkerArgument: takes the settings from the link, works on jobs until it is asked to end or
// serve is gone, gives back what it works on. Returns what `main` should return.
int WorkerMain();

}  // namespace tapmask
