// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/wakeup.h"

#include <memory>
#include <utility>

namespace tapmask::api {

struct Wakeup::Awaiter {
  Wakeup& wakeup;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) const {
    const std::lock_guard lock(wakeup.mutex_);
    if (std::exchange(wakeup.was_notified_, false)) {
      wakeup.why_ = Why::kNotified;
      return false;
    }
    wakeup.loop_ = Loop::Current();
    wakeup.waiter_ = waiter;
    return true;
  }
  Why await_resume() const {
    const std::lock_guard lock(wakeup.mutex_);
    return wakeup.why_;
  }
};

void Wakeup::Notify() {
  {
    const std::lock_guard lock(mutex_);
    if (!waiter_) {
      was_notified_ = true;
      return;
    }
  }
  Wake(Why::kNotified);
}

void Wakeup::Wake(Why why) {
  const std::lock_guard lock(mutex_);
  const std::coroutine_handle<> waiter = std::exchange(waiter_, nullptr);
  if (!waiter) {
    if (why == Why::kNotified) was_notified_ = true;
    return;
  }
  why_ = why;
  loop_->Post([waiter] { waiter.resume(); });
}

Task<Wakeup::Why> Wakeup::WaitFor(std::chrono::milliseconds at_most, std::stop_token stop) {
  if (stop.stop_requested()) co_return Why::kStopped;
  // Both may come before the coroutine waits, on other threads, or not at all: by posting to the
  // loop's thread, which is this one, they come when it does.
  Loop* const loop = Loop::Current();
  const auto timer = loop->After(at_most, [this] { Wake(Why::kTimeOver); });
  const auto is_waiting = std::make_shared<bool>(true);
  const std::stop_callback on_stop(stop, [this, loop, is_waiting] {
    loop->Post([this, is_waiting] {
      if (*is_waiting) Wake(Why::kStopped);
    });
  });
  const Why why = co_await Awaiter{*this};
  *is_waiting = false;
  co_return why;
}

}  // namespace tapmask::api
