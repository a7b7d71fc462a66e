// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/work_turns.h"

#include <atomic>
#include <deque>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/api/test_loop.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

// One that asks for a turn.
struct Asker {
  std::optional<WorkTurns::Turn> turn;
  std::exception_ptr failure;
};

class WorkTurnsTest : public testing::Test {
 protected:
  Asker& Ask(WorkTurns& turns) {
    Asker& asker = askers_.emplace_back();
    loop_.Begin(turns.Wait(), asker.turn, asker.failure);
    return asker;
  }
  // Until all that was posted has run.
  void RunPosted() {
    bool is_done = false;
    loop_.Post([&] { is_done = true; });
    loop_.RunUntil([&] { return is_done; });
  }
  // Before what gave the turns is gone. One that is given back may be another's then.
  void GiveAllBack() {
    for (bool has_any = true; has_any;) {
      has_any = false;
      for (Asker& asker : askers_) {
        has_any = has_any || asker.turn;
        asker.turn.reset();
      }
      RunPosted();
    }
  }
  static bool IsRefused(const Asker& asker) {
    if (!asker.failure) return false;
    try {
      std::rethrow_exception(asker.failure);
    } catch (const Error& error) {
      return error.code() == Code::kUnavailable;
    }
  }

  TestLoop loop_;
  std::deque<Asker> askers_;
};

TEST_F(WorkTurnsTest, GivesTurnsInOrderAndRefusesWhenTheLineIsFull) {
  WorkTurns turns({.at_once = 2, .most_waiting = 2});
  Asker& a = Ask(turns);
  Asker& b = Ask(turns);
  Asker& c = Ask(turns);
  Asker& d = Ask(turns);
  Asker& e = Ask(turns);

  EXPECT_TRUE(a.turn && b.turn);
  EXPECT_FALSE(c.turn || d.turn);
  EXPECT_TRUE(IsRefused(e));
  EXPECT_EQ(turns.waiting(), 2u);

  b.turn->GiveBack();
  b.turn->GiveBack();
  RunPosted();
  EXPECT_TRUE(c.turn);
  EXPECT_FALSE(d.turn) << "a turn is given back once";
  c.turn.reset();
  RunPosted();
  EXPECT_TRUE(d.turn);

  a.turn.reset();
  d.turn.reset();
  EXPECT_TRUE(Ask(turns).turn);
  EXPECT_TRUE(Ask(turns).turn);
  EXPECT_FALSE(Ask(turns).turn);
  GiveAllBack();
}

TEST_F(WorkTurnsTest, WhoIsDroppedLosesNothingOfTheOthers) {
  WorkTurns turns({.at_once = 1, .most_waiting = 8});
  Asker& first = Ask(turns);
  const Loop::Scope scope(&loop_);
  // Suspended by hand, since a spawned task cannot be dropped.
  struct Dropped {
    static Task<void> Run(WorkTurns& from, bool& had_turn) {
      const WorkTurns::Turn turn = co_await from.Wait();
      had_turn = true;
    }
  };
  bool had_turn = false;
  struct Starter {
    std::coroutine_handle<> Handle(Task<void>& task) {
      return (task.operator co_await()).await_suspend(std::noop_coroutine());
    }
  };
  std::optional<Task<void>> in_line(Dropped::Run(turns, had_turn));
  Starter().Handle(*in_line).resume();
  std::optional<Task<void>> given(Dropped::Run(turns, had_turn));
  Starter().Handle(*given).resume();
  Asker& last = Ask(turns);
  EXPECT_EQ(turns.waiting(), 3u);

  in_line.reset();
  EXPECT_EQ(turns.waiting(), 2u);
  first.turn.reset();  // Now it is the turn of `given`, which does not know it yet.
  given.reset();
  RunPosted();

  EXPECT_FALSE(had_turn);
  EXPECT_TRUE(last.turn);
  EXPECT_EQ(turns.waiting(), 0u);
  GiveAllBack();
}

TEST(WorkTurns, KeepsToItsNumberOverThreads) {
  WorkTurns turns({.at_once = 2, .most_waiting = 1'000});
  std::atomic<int> running = 0, most = 0, done = 0;
  struct Work {
    static Task<bool> Run(WorkTurns& turns, std::atomic<int>& running, std::atomic<int>& most,
                          std::atomic<int>& done) {
      const WorkTurns::Turn turn = co_await turns.Wait();
      const int now = ++running;
      for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      std::this_thread::yield();
      --running;
      ++done;
      co_return true;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        TestLoop loop;
        for (int j = 0; j < 200; ++j) EXPECT_TRUE(loop.Run(Work::Run(turns, running, most, done)));
      });
    }
  }
  EXPECT_EQ(done, 800);
  EXPECT_LE(most, 2);
}

}  // namespace
}  // namespace tapmask::api
