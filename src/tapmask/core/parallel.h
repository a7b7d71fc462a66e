// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace tapmask {

// task(0) ... task(count - 1), begun by helper threads while the caller does something else. Every
// task writes only what belongs to its number, so the outcome does not depend on the number of
// threads.
class Tasks {
 public:
  Tasks(int count, int helpers, std::function<void(int)> task);
  ~Tasks();  // Begins no further task and waits for those that run.

  // Takes part in what is left and returns when all are done. If tasks threw, the exception of the
  // lowest number is thrown on; the other tasks still ran.
  void Finish();

 private:
  void Work();

  const int count_;
  const std::function<void(int)> task_;
  std::atomic<int> next_{0};
  std::vector<std::exception_ptr> failures_;
  std::vector<std::jthread> helpers_;
};

// Runs them on up to `threads` threads, the caller's being one of them.
void RunTasks(int count, int threads, const std::function<void(int)>& task);

}  // namespace tapmask
