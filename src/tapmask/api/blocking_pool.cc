// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/blocking_pool.h"

#include "tapmask/core/error.h"

namespace tapmask::api {

BlockingPool::BlockingPool(Options options) : options_(options) {
  for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { RunJobs(); });
}

BlockingPool::~BlockingPool() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
}

size_t BlockingPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

bool BlockingPool::Add(std::function<void()> job, bool may_refuse) {
  {
    const std::lock_guard lock(mutex_);
    if (is_ending_ || (may_refuse && jobs_.size() >= options_.most_waiting)) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void BlockingPool::Refuse() {
  throw Error(Code::kUnavailable, "The server has too much to do just now. Try again in a moment.",
              "the line of blocking work is full");
}

void BlockingPool::RunJobs() {
  while (true) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return is_ending_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace tapmask::api
