// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/job_watch.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "tapmask/api/wakeup.h"
#include "tapmask/core/error.h"

namespace tapmask::api {

class JobWatch::Impl {
 public:
  Impl(JobStore& jobs, Options options)
      : jobs_(jobs), options_(options), thread_([this](std::stop_token stop) { Watch(stop); }) {}

  // Somebody who waits, from construction to destruction.
  class Waiter {
   public:
    Waiter(Impl& impl, int64_t rev) : impl_(impl) {
      const std::lock_guard lock(impl_.mutex_);
      impl_.waiters_.emplace(&wakeup_, rev);
      impl_.changed_.notify_one();
    }
    ~Waiter() {
      // After this nobody calls `wakeup_` any more.
      const std::lock_guard lock(impl_.mutex_);
      impl_.waiters_.erase(&wakeup_);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    Wakeup& wakeup() { return wakeup_; }

   private:
    Impl& impl_;
    Wakeup wakeup_;
  };

  int64_t last_rev() {
    const std::lock_guard lock(mutex_);
    return last_rev_;
  }

 private:
  void Watch(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !waiters_.empty(); })) {
      lock.unlock();
      const int64_t rev = AskStore();
      lock.lock();
      last_rev_ = std::max(last_rev_, rev);
      for (const auto& [wakeup, known_rev] : waiters_) {
        if (last_rev_ > known_rev) wakeup->Notify();
      }
      changed_.wait_for(lock, stop, options_.interval, [] { return false; });
    }
  }

  int64_t AskStore() noexcept {
    try {
      return jobs_.LastRev();
    } catch (...) {
      return 0;  // The store cannot be reached; the next time it may.
    }
  }

  JobStore& jobs_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::unordered_map<Wakeup*, int64_t> waiters_;  // With the rev that each knows.
  int64_t last_rev_ = 0;
  std::jthread thread_;  // Last, so that it ends before what it uses.
};

JobWatch::JobWatch(JobStore& jobs, Options options)
    : impl_(std::make_unique<Impl>(jobs, options)) {}
JobWatch::~JobWatch() = default;

Task<int64_t> JobWatch::WaitFor(int64_t rev, std::chrono::milliseconds at_most,
                                std::stop_token stop) {
  const int64_t known = impl_->last_rev();
  if (known > rev) co_return known;
  {
    Impl::Waiter waiter(*impl_, rev);
    co_await waiter.wakeup().WaitFor(at_most, std::move(stop));
  }
  co_return impl_->last_rev();
}

}  // namespace tapmask::api
