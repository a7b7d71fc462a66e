// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/stop_signals.h"

#include <condition_variable>
#include <csignal>
#include <mutex>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

void WaitForStop(std::stop_token token) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait(lock, std::move(token), [] { return false; });  // Only the stop request ends this.
}

class StopSignalsTest : public testing::TestWithParam<int> {};

TEST_P(StopSignalsTest, AskTheJobToStop) {
  StopSignals signals;
  EXPECT_FALSE(signals.token().stop_requested());

  raise(GetParam());

  WaitForStop(signals.token());
  EXPECT_TRUE(signals.token().stop_requested());
}

INSTANTIATE_TEST_SUITE_P(Signals, StopSignalsTest, testing::Values(SIGINT, SIGTERM, SIGHUP));

TEST(StopSignals, EndTheProgramAtOnceTheSecondTime) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        StopSignals signals;
        raise(SIGINT);
        raise(SIGINT);
      },
      testing::ExitedWithCode(4), "");
}

TEST(StopSignals, GiveTheSignalsBackAtTheirEnd) {
  { StopSignals signals; }
  struct sigaction now {};
  sigaction(SIGINT, nullptr, &now);

  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

}  // namespace
}  // namespace tapmask
