// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/upload_lock.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/api/test_loop.h"

namespace tapmask::api {
namespace {

using namespace std::chrono_literals;

class UploadLocksTest : public ::testing::Test {
 protected:
  using Maybe = std::optional<UploadLocks::Taken>;

  UploadLocks::Hold Take() {
    Maybe taken = loop.Run(locks.Take(id, 1s, {}));
    EXPECT_TRUE(taken);
    taken->first_step.reset();
    return std::move(taken->hold);
  }
  // One that waits.
  struct Taking {
    std::optional<Maybe> result;
    std::exception_ptr failure;
  };
  void Begin(Taking& taking, std::stop_token stop = {}) {
    loop.Begin(locks.Take(id, 1s, stop), taking.result, taking.failure);
  }

  TestLoop loop;
  UploadLocks locks;
  const UploadId id = UploadId::New();
};

TEST_F(UploadLocksTest, GoesToTheNewestWhileNoStepGoesOn) {
  UploadLocks::Hold older = Take();
  UploadLocks::Hold newer = Take();

  EXPECT_FALSE(older.BeginStep());
  EXPECT_TRUE(newer.BeginStep());
  EXPECT_FALSE(older.BeginStep());
}

// An older request that the server looks at late must not keep a newer one from its answer.
TEST_F(UploadLocksTest, IsNotTakenBeforeTheFirstStepHasEnded) {
  Maybe first = loop.Run(locks.Take(id, 1s, {}));
  Taking second;
  Begin(second);
  EXPECT_FALSE(second.result);

  first->first_step.reset();
  loop.RunUntil([&] { return second.result.has_value(); });

  EXPECT_FALSE(first->hold.BeginStep());
}

TEST_F(UploadLocksTest, WaitsForTheStepThatGoesOn) {
  UploadLocks::Hold older = Take();
  std::optional<UploadLocks::Step> step = older.BeginStep();
  Taking taking;
  Begin(taking);
  EXPECT_FALSE(taking.result);

  step.reset();
  loop.RunUntil([&] { return taking.result.has_value(); });

  ASSERT_TRUE(*taking.result);
  EXPECT_FALSE(older.BeginStep());
  (*taking.result)->first_step.reset();
  EXPECT_TRUE((*taking.result)->hold.BeginStep());
}

TEST_F(UploadLocksTest, GivesUpWhenTheStepDoesNotEndInTime) {
  UploadLocks::Hold older = Take();
  std::optional<UploadLocks::Step> step = older.BeginStep();
  Taking taking;
  Begin(taking);

  loop.FireTimers();
  loop.RunUntil([&] { return taking.result.has_value(); });

  EXPECT_FALSE(*taking.result);
  step.reset();
  EXPECT_TRUE(older.BeginStep()) << "who waited in vain took it away";
}

TEST_F(UploadLocksTest, GivesUpWhenTheServerStops) {
  UploadLocks::Hold older = Take();
  std::optional<UploadLocks::Step> step = older.BeginStep();
  std::stop_source stop;
  Taking taking;
  Begin(taking, stop.get_token());

  stop.request_stop();
  loop.RunUntil([&] { return taking.result.has_value(); });

  EXPECT_FALSE(*taking.result);
}

TEST_F(UploadLocksTest, ServesAllWhoWaitOneAfterTheOther) {
  UploadLocks::Hold older = Take();
  std::optional<UploadLocks::Step> step = older.BeginStep();
  Taking first, second;
  Begin(first);
  Begin(second);

  step.reset();
  loop.RunUntil([&] { return first.result.has_value(); });
  EXPECT_FALSE(second.result);
  (*first.result)->first_step.reset();
  loop.RunUntil([&] { return second.result.has_value(); });

  EXPECT_FALSE((*first.result)->hold.BeginStep());
  EXPECT_TRUE((*second.result)->first_step);
}

TEST_F(UploadLocksTest, GoesOnToWhoWaitsWhenTheHolderGoes) {
  std::optional<UploadLocks::Hold> older = Take();
  std::optional<UploadLocks::Step> step = older->BeginStep();
  Taking first, second;
  Begin(first);
  Begin(second);
  step.reset();
  loop.RunUntil([&] { return first.result.has_value(); });

  first.result->reset();
  loop.RunUntil([&] { return second.result.has_value(); });

  EXPECT_TRUE((*second.result)->first_step);
}

TEST_F(UploadLocksTest, LetsOneAtATimeInFromManyThreads) {
  std::atomic<int> inside = 0, steps = 0;
  std::atomic<bool> were_two_inside = false;
  const auto work = [&] {
    if (++inside != 1) were_two_inside = true;
    ++steps;
    --inside;
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        TestLoop own_loop;
        for (int round = 0; round < 300; ++round) {
          Maybe taken = own_loop.Run(locks.Take(id, 1s, {}));
          ASSERT_TRUE(taken);
          work();
          taken->first_step.reset();
          const auto second_step = taken->hold.BeginStep();
          if (second_step) work();
        }
      });
    }
  }
  EXPECT_FALSE(were_two_inside);
  EXPECT_GE(steps, 1'200);
  EXPECT_EQ(locks.size(), 0u);
}

TEST_F(UploadLocksTest, KeepsNothingWhenNobodyHolds) {
  {
    UploadLocks::Hold older = Take();
    UploadLocks::Hold newer = Take();
    EXPECT_EQ(locks.size(), 1u);
  }
  EXPECT_EQ(locks.size(), 0u);
}

}  // namespace
}  // namespace tapmask::api
