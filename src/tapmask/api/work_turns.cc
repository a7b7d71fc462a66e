// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/work_turns.h"

#include <algorithm>

#include "tapmask/core/error.h"

namespace tapmask::api {

class WorkTurns::Awaiter {
 public:
  explicit Awaiter(WorkTurns& turns) : turns_(turns) {}
  Awaiter(const Awaiter&) = delete;
  Awaiter& operator=(const Awaiter&) = delete;
  // Dropped while it waits: its place, or the turn that it was given meanwhile, is another's.
  ~Awaiter() {
    if (!waiter_ || is_resumed_) return;
    waiter_->coroutine = nullptr;
    bool has_turn = false;
    {
      const std::lock_guard lock(turns_.mutex_);
      has_turn = waiter_->has_turn;
      std::erase(turns_.line_, waiter_);
    }
    if (has_turn) turns_.Next();
  }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> coroutine) {
    const std::lock_guard lock(turns_.mutex_);
    if (turns_.running_ < turns_.options_.at_once) {
      ++turns_.running_;
      return false;
    }
    if (turns_.line_.size() >= turns_.options_.most_waiting) {
      was_refused_ = true;
      return false;
    }
    waiter_ = std::make_shared<Waiter>(Waiter{Loop::Current(), coroutine});
    turns_.line_.push_back(waiter_);
    return true;
  }
  void await_resume() { is_resumed_ = true; }

  bool was_refused() const { return was_refused_; }

 private:
  WorkTurns& turns_;
  std::shared_ptr<Waiter> waiter_;
  bool is_resumed_ = false;
  bool was_refused_ = false;
};

Task<WorkTurns::Turn> WorkTurns::Wait() {
  Awaiter awaiter(*this);
  co_await awaiter;
  if (awaiter.was_refused()) {
    throw Error(Code::kUnavailable, "The server is busy. Try again in a moment.");
  }
  co_return Turn(this);
}

void WorkTurns::Next() {
  const std::lock_guard lock(mutex_);
  if (line_.empty()) {
    --running_;
    return;
  }
  const std::shared_ptr<Waiter> next = line_.front();
  line_.pop_front();
  next->has_turn = true;
  next->loop->Post([next] {
    if (next->coroutine) next->coroutine.resume();
  });
}

size_t WorkTurns::waiting() const {
  const std::lock_guard lock(mutex_);
  return line_.size();
}

}  // namespace tapmask::api
