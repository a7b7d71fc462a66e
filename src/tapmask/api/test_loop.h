// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests: a loop that the test's own thread runs, with timers that go off when the test says so.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

#include "tapmask/api/loop.h"
#include "tapmask/api/task.h"

namespace tapmask::api {

class TestLoop final : public Loop {
 public:
  void Post(std::function<void()> work) override {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
    changed_.notify_all();
  }

  std::unique_ptr<Timer> After(std::chrono::milliseconds, std::function<void()> work) override {
    return std::make_unique<ManualTimer>(*this, std::move(work));
  }

  size_t timers() const { return timers_.size(); }
  void FireTimers() {
    const auto timers = timers_;
    for (ManualTimer* timer : timers) timer->Fire();
  }

  // Runs posted work, waiting for it, until `is_done`.
  void RunUntil(const std::function<bool()>& is_done) {
    const Scope scope(this);
    while (!is_done()) {
      std::function<void()> work;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !work_.empty(); });
        work = std::move(work_.front());
        work_.pop_front();
      }
      work();
    }
  }

  // Begins `task`; calls `done` on its end, with the exception if it ends in one.
  template <class T>
  void Begin(Task<T> task, std::optional<std::conditional_t<std::is_void_v<T>, bool, T>>& result,
             std::exception_ptr& failure) {
    const Scope scope(this);
    Spawn(Watch(std::move(task), result, failure));
  }

  template <class T>
  T Run(Task<T> task) {
    std::optional<std::conditional_t<std::is_void_v<T>, bool, T>> result;
    std::exception_ptr failure;
    Begin(std::move(task), result, failure);
    RunUntil([&] { return result || failure; });
    if (failure) std::rethrow_exception(failure);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }

 private:
  class ManualTimer final : public Timer {
   public:
    ManualTimer(TestLoop& loop, std::function<void()> work) : loop_(loop), work_(std::move(work)) {
      loop_.timers_.insert(this);
    }
    ~ManualTimer() override { loop_.timers_.erase(this); }
    void Fire() { work_(); }

   private:
    TestLoop& loop_;
    const std::function<void()> work_;
  };

  template <class T>
  static Task<void> Watch(Task<T> task,
                          std::optional<std::conditional_t<std::is_void_v<T>, bool, T>>& result,
                          std::exception_ptr& failure) {
    try {
      if constexpr (std::is_void_v<T>) {
        co_await task;
        result.emplace(true);
      } else {
        result.emplace(co_await task);
      }
    } catch (...) {
      failure = std::current_exception();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> work_;
  std::set<ManualTimer*> timers_;
};

}  // namespace tapmask::api
