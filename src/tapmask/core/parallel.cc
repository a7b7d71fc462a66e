// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/parallel.h"

#include <algorithm>
#include <utility>

namespace tapmask {

Tasks::Tasks(int count, int helpers, std::function<void(int)> task)
    : count_(std::max(0, count)), task_(std::move(task)), failures_(static_cast<size_t>(count_)) {
  for (int i = 0; i < std::min(helpers, count_); ++i) {
    helpers_.emplace_back([this] { Work(); });
  }
}

Tasks::~Tasks() {
  next_ = count_;
}

void Tasks::Finish() {
  Work();
  helpers_.clear();  // Joins them.
  for (const std::exception_ptr& failure : failures_) {
    if (failure) std::rethrow_exception(failure);
  }
}

void Tasks::Work() {
  for (int i = next_++; i < count_; i = next_++) {
    try {
      task_(i);
    } catch (...) {
      failures_[static_cast<size_t>(i)] = std::current_exception();
    }
  }
}

void RunTasks(int count, int threads, const std::function<void(int)>& task) {
  Tasks(count, std::min(threads, count) - 1, task).Finish();
}

}  // namespace tapmask
