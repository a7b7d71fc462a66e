// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

#include "tapmask/api/loop.h"
#include "tapmask/api/task.h"

namespace tapmask::api {

// Lets few at a time do what costs much memory or time, such as hashing passwords; the others wait
// in a bounded line without holding a thread. Served in the order of coming.
//
// May be used from any thread. Must outlive whoever waits and every Turn.
class WorkTurns {
 public:
  struct Options {
    int at_once = 2;           // At least 1.
    size_t most_waiting = 64;  // Not counting those whose turn it is.
  };
  explicit WorkTurns(Options options) : options_(options) {}
  WorkTurns(const WorkTurns&) = delete;
  WorkTurns& operator=(const WorkTurns&) = delete;

  // Holds a turn while it lives.
  class Turn {
   public:
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() { GiveBack(); }
    void GiveBack() {
      if (WorkTurns* const turns = std::exchange(turns_, nullptr)) turns->Next();
    }

   private:
    friend class WorkTurns;
    explicit Turn(WorkTurns* turns) : turns_(turns) {}
    WorkTurns* turns_;
  };

  // To be awaited on a Loop's thread; may be dropped there while it waits. Throws kUnavailable at
  // once when too many wait already.
  Task<Turn> Wait();

  size_t waiting() const;

 private:
  struct Waiter {
    Loop* loop = nullptr;
    std::coroutine_handle<> coroutine;  // Null: gone.
    bool has_turn = false;
  };
  class Awaiter;
  void Next();

  const Options options_;
  mutable std::mutex mutex_;
  int running_ = 0;
  std::deque<std::shared_ptr<Waiter>> line_;
};

}  // namespace tapmask::api
