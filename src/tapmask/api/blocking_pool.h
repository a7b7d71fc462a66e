// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapmask/api/loop.h"
#include "tapmask/api/task.h"

namespace tapmask::api {

// Threads for what blocks: the store, password hashes, the disk. A coroutine hands work over and
// goes on, on its own loop, with what came out.
//
// The line of waiting work is bounded. When it is full, a new request is refused at once (503)
// instead of waiting until nobody wants the answer any more.
class BlockingPool {
 public:
  struct Options {
    int threads = 4;            // At least 1.
    size_t most_waiting = 512;  // Not counting what runs.
  };

  explicit BlockingPool(Options options);
  // Ends what waits and runs; whoever waits for it must outlive this.
  ~BlockingPool();
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  // Runs `work` and returns what it returns, or throws what it throws. Throws kUnavailable without
  // running it when too much waits. To be awaited on a Loop's thread.
  template <class Work>
  Task<std::invoke_result_t<Work&>> Run(Work work) {
    return Await(std::move(work), true);
  }
  // The same for the further steps of a request that was let in, such as writing the next piece of
  // an upload: waits in line however long that is. Each request waits for one thing at a time, so
  // the line is bounded by the number of connections.
  template <class Work>
  Task<std::invoke_result_t<Work&>> RunAdmitted(Work work) {
    return Await(std::move(work), false);
  }

  size_t waiting() const;

 private:
  template <class Work>
  Task<std::invoke_result_t<Work&>> Await(Work work, bool may_refuse);

  // False: full, or ending.
  bool Add(std::function<void()> job, bool may_refuse);
  [[noreturn]] static void Refuse();
  void RunJobs();

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool is_ending_ = false;
  std::vector<std::jthread> threads_;
};

template <class Work>
Task<std::invoke_result_t<Work&>> BlockingPool::Await(Work work, bool may_refuse) {
  using Result = std::invoke_result_t<Work&>;
  struct Outcome {
    std::optional<std::conditional_t<std::is_void_v<Result>, bool, Result>> value;
    std::exception_ptr failure;
    bool was_refused = false;
  };
  Outcome outcome;

  struct Awaiter {
    BlockingPool& pool;
    Work& to_do;
    Outcome& out;
    const bool refusable;

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting) {
      Loop* const loop = Loop::Current();
      // Once the job is in line, its thread may resume the coroutine, which frees this awaiter.
      const bool was_added = pool.Add(
          [&work_ref = to_do, &out_ref = out, loop, waiting] {
            try {
              if constexpr (std::is_void_v<Result>) {
                work_ref();
                out_ref.value.emplace(true);
              } else {
                out_ref.value.emplace(work_ref());
              }
            } catch (...) {
              out_ref.failure = std::current_exception();
            }
            loop->Post([waiting] { waiting.resume(); });
          },
          refusable);
      if (!was_added) out.was_refused = true;
      return was_added;
    }
    void await_resume() const noexcept {}
  };
  co_await Awaiter{*this, work, outcome, may_refuse};

  if (outcome.was_refused) Refuse();
  if (outcome.failure) std::rethrow_exception(std::exchange(outcome.failure, nullptr));
  if constexpr (!std::is_void_v<Result>) co_return std::move(*outcome.value);
}

}  // namespace tapmask::api
