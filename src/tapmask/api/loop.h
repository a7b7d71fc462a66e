// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace tapmask::api {

// The thread that a coroutine belongs to, as far as waiting needs to know it: what waits for
// another thread or for a time goes on here.
class Loop {
 public:
  virtual ~Loop() = default;

  // Calls `work` on the loop's thread, never from within this call. From any thread.
  virtual void Post(std::function<void()> work) = 0;

  class Timer {
   public:
    virtual ~Timer() = default;  // Once it is gone, nothing is called any more.
  };
  // Calls `work` once. Timers are made and destroyed on the loop's thread.
  virtual std::unique_ptr<Timer> After(std::chrono::milliseconds wait,
                                       std::function<void()> work) = 0;

  // That of the calling thread; null outside of any.
  static Loop* Current();

  // Makes `loop` the calling thread's while it lives.
  class Scope {
   public:
    explicit Scope(Loop* loop);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Loop* const before_;
  };
};

}  // namespace tapmask::api
