// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/parallel.h"

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

TEST(RunTasks, RunsEveryTaskOnce) {
  for (const int threads : {1, 2, 7}) {
    std::vector<int> runs(20, 0);
    RunTasks(20, threads, [&](int i) { ++runs[static_cast<size_t>(i)]; });
    EXPECT_EQ(runs, std::vector<int>(20, 1));
  }
  RunTasks(0, 3, [](int) { FAIL(); });
}

TEST(RunTasks, ThrowsTheFirstFailureAfterAllHaveRun) {
  std::vector<int> runs(10, 0);
  try {
    RunTasks(10, 3, [&](int i) {
      ++runs[static_cast<size_t>(i)];
      if (i >= 4) throw std::runtime_error(std::to_string(i));
    });
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "4");
  }
  EXPECT_EQ(runs, std::vector<int>(10, 1));
}

TEST(Tasks, AreFinishedByTheCallerWhenThereAreNoHelpers) {
  std::vector<int> runs(5, 0);
  Tasks tasks(5, 0, [&](int i) { ++runs[static_cast<size_t>(i)]; });
  EXPECT_EQ(runs, std::vector<int>(5, 0));

  tasks.Finish();

  EXPECT_EQ(runs, std::vector<int>(5, 1));
}

TEST(Tasks, BeginBeforeTheCallerFinishesThem) {
  std::promise<void> begun;
  Tasks tasks(1, 1, [&](int) { begun.set_value(); });

  begun.get_future().wait();

  tasks.Finish();
}

TEST(Tasks, MayBeGivenUp) {
  std::atomic<int> running{0};
  {
    const Tasks tasks(100, 2, [&](int) { ++running, --running; });
  }
  EXPECT_EQ(running, 0);
}

}  // namespace
}  // namespace tapmask
