// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <thread>

namespace tapmask {

// How many threads to use when `asked` (0: as many as there are cores) were asked for.
inline int ThreadsOf(int asked) {
  if (asked > 0) return asked;
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 16);
}

}  // namespace tapmask
