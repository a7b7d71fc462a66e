// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>

#include "tapmask/core/clock.h"

namespace tapmask::api {

// For tests: a clock that stands still until it is moved. May be used from any thread.
class TestClock final : public Clock {
 public:
  explicit TestClock(Time now = Time(std::chrono::milliseconds(1'772'526'600'000))) : now_(now) {}
  Time Now() const override { return now_.load(); }
  void Advance(std::chrono::milliseconds by) { now_ = now_.load() + by; }

 private:
  std::atomic<Time> now_;
};

}  // namespace tapmask::api
