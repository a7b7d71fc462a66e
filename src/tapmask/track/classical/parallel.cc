// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace tapmask {

void RunTasks(int count, int threads, const std::function<void(int)>& task) {
  if (count <= 0) return;
  std::vector<std::exception_ptr> failures(static_cast<size_t>(count));
  std::atomic<int> next{0};
  const auto work = [&] {
    for (int i = next++; i < count; i = next++) {
      try {
        task(i);
      } catch (...) {
        failures[static_cast<size_t>(i)] = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (int i = 1; i < std::min(threads, count); ++i) helpers.emplace_back(work);
    work();
  }  // Joins the helpers.
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace tapmask
