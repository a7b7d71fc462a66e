// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <coroutine>
#include <mutex>
#include <stop_token>

#include "tapmask/api/loop.h"
#include "tapmask/api/task.h"

namespace tapmask::api {

// How another thread tells a coroutine to look again: for long polls and event streams.
//
// One coroutine waits at a time. A call of Notify() that comes while nobody waits is kept for the
// next wait, several count as one. Notify() may be called from any thread while this lives.
class Wakeup {
 public:
  enum class Why { kNotified, kTimeOver, kStopped };

  void Notify();

  // On a Loop's thread. `stop` ends the wait at once, from any thread.
  Task<Why> WaitFor(std::chrono::milliseconds at_most, std::stop_token stop);

 private:
  struct Awaiter;
  // Takes the waiter, if there is one, and sends it on its way.
  void Wake(Why why);

  std::mutex mutex_;
  bool was_notified_ = false;
  Loop* loop_ = nullptr;            // Of the waiter.
  std::coroutine_handle<> waiter_;  // Null: nobody waits.
  Why why_ = Why::kTimeOver;
};

}  // namespace tapmask::api
