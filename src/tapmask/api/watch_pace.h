// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace tapmask::api {

// Keeps those who wait for changes from asking the store all at once, each time that any job of
// anybody changes. Who has looked in vain waits for the pause before looking again: next to nothing
// while few wait, and at most as long as a client that polls by itself.
//
// May be used from any thread.
class WatchPace {
 public:
  // Counts one who waits while it lives.
  class Place {
   public:
    explicit Place(WatchPace& pace) : pace_(pace) { ++pace_.waiting_; }
    ~Place() { --pace_.waiting_; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    WatchPace& pace_;
  };

  // All together look at most some 2,500 times a second.
  std::chrono::milliseconds pause() const {
    return std::min<std::chrono::milliseconds>(std::chrono::milliseconds(waiting_ * 2 / 5),
                                               std::chrono::seconds(2));
  }

 private:
  std::atomic<int64_t> waiting_ = 0;
};

}  // namespace tapmask::api
