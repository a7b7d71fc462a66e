// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/wakeup.h"

#include <thread>

#include <gtest/gtest.h>

#include "tapmask/api/test_loop.h"

namespace tapmask::api {
namespace {

using std::chrono::milliseconds;
using Why = Wakeup::Why;

class Waiting : public testing::Test {
 protected:
  void Begin() { loop_.Begin(wakeup_.WaitFor(milliseconds(1), stop_.get_token()), why_, failure_); }
  Why End() {
    loop_.RunUntil([&] { return why_.has_value(); });
    EXPECT_EQ(loop_.timers(), 0u);
    return *std::exchange(why_, std::nullopt);
  }

  TestLoop loop_;
  Wakeup wakeup_;
  std::stop_source stop_;
  std::optional<Why> why_;
  std::exception_ptr failure_;
};

TEST_F(Waiting, EndsWhenAnotherThreadNotifies) {
  Begin();
  EXPECT_FALSE(why_);
  std::jthread other([&] { wakeup_.Notify(); });
  EXPECT_EQ(End(), Why::kNotified);
}

TEST_F(Waiting, DoesNotMissWhatCameBefore) {
  wakeup_.Notify();
  wakeup_.Notify();
  Begin();
  EXPECT_EQ(End(), Why::kNotified);

  Begin();
  EXPECT_FALSE(why_);
  loop_.FireTimers();
  EXPECT_EQ(End(), Why::kTimeOver);
}

TEST_F(Waiting, EndsWhenItIsStopped) {
  Begin();
  std::jthread other([&] { stop_.request_stop(); });
  EXPECT_EQ(End(), Why::kStopped);

  Begin();
  EXPECT_EQ(End(), Why::kStopped);
}

TEST_F(Waiting, EndsOnceWhenEverythingComesTogether) {
  Begin();
  loop_.FireTimers();
  std::jthread other([&] {
    wakeup_.Notify();
    stop_.request_stop();
  });
  EXPECT_EQ(End(), Why::kTimeOver);
  other.join();

  // What came meanwhile is not lost.
  stop_ = std::stop_source();
  Begin();
  EXPECT_EQ(End(), Why::kNotified);
}

}  // namespace
}  // namespace tapmask::api
