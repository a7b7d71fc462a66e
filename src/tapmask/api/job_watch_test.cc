// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/job_watch.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "tapmask/api/test_loop.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

using std::chrono::milliseconds;

// A store that knows a rev and nothing else.
class RevStore final : public JobStore {
 public:
  int64_t LastRev() override {
    const std::lock_guard lock(mutex_);
    ++calls_;
    changed_.notify_all();
    if (fails_) throw Error(Code::kUnavailable, "Not now.");
    return rev_;
  }
  void Set(int64_t rev) {
    const std::lock_guard lock(mutex_);
    rev_ = rev;
  }
  void SetFails(bool fails) {
    const std::lock_guard lock(mutex_);
    fails_ = fails;
  }
  int calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  // Until it was asked so many times more.
  void AwaitCalls(int more) {
    std::unique_lock lock(mutex_);
    const int until = calls_ + more;
    changed_.wait(lock, [&] { return calls_ >= until; });
  }

  Enqueued Enqueue(const NewJob&, Time) override { Unused(); }
  std::optional<Job> Claim(const std::string&, const std::vector<JobKind>&, Time) override {
    Unused();
  }
  LeaseAnswer Heartbeat(const Lease&, JobStatus, int, Time) override { Unused(); }
  LeaseAnswer Checkpoint(const Lease&, const std::string&, Time) override { Unused(); }
  LeaseAnswer Finish(const Lease&, const JobOutcome&, Time) override { Unused(); }
  LeaseAnswer Fail(const Lease&, const JobFailure&, Time) override { Unused(); }
  LeaseAnswer Cancelled(const Lease&, Time) override { Unused(); }
  LeaseAnswer Release(const Lease&, Time) override { Unused(); }
  bool Cancel(const UserId&, const JobId&, Time) override { Unused(); }
  int Reap(Time) override { Unused(); }
  int ReapWorker(const std::string&, Time) override { Unused(); }
  std::optional<Job> Get(const UserId&, const JobId&) override { Unused(); }
  std::vector<Job> List(const UserId&, const std::optional<JobId>&, int) override { Unused(); }
  std::vector<Job> OfVideo(const UserId&, const VideoId&) override { Unused(); }
  std::vector<Job> ChangedSince(const UserId&, int64_t, int) override { Unused(); }
  QuotaUse Quota(const UserId&, Time) override { Unused(); }
  std::vector<QueueDepth> Depths() override { Unused(); }
  std::vector<Job> DeadLetters(int) override { Unused(); }
  int ForgetPreviews(Time) override { Unused(); }

 private:
  [[noreturn]] static void Unused() { throw std::logic_error("a watch asks for the rev alone"); }

  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t rev_ = 7;
  bool fails_ = false;
  int calls_ = 0;
};

class Watching : public testing::Test {
 protected:
  struct Wait {
    std::optional<int64_t> rev;
    std::exception_ptr failure;
  };
  void Begin(Wait& wait, int64_t rev) {
    loop_.Begin(watch_->WaitFor(rev, milliseconds(1), stop_.get_token()), wait.rev, wait.failure);
  }
  int64_t End(Wait& wait) {
    loop_.RunUntil([&] { return wait.rev || wait.failure; });
    EXPECT_FALSE(wait.failure);
    return wait.rev.value_or(-1);
  }

  RevStore store_;
  TestLoop loop_;
  std::stop_source stop_;
  std::optional<JobWatch> watch_{std::in_place, store_, JobWatch::Options{milliseconds(1)}};
};

TEST_F(Watching, AsksNothingWhileNobodyWaits) {
  watch_.reset();
  EXPECT_EQ(store_.calls(), 0);
}

TEST_F(Watching, EndsWhenTheRevIsLarger) {
  Wait wait;
  Begin(wait, 7);
  store_.AwaitCalls(3);
  EXPECT_FALSE(wait.rev);

  store_.Set(8);

  EXPECT_EQ(End(wait), 8);
  EXPECT_EQ(loop_.timers(), 0u);
  // What is known needs no waiting.
  Wait again;
  Begin(again, 7);
  EXPECT_EQ(again.rev, 8);
}

TEST_F(Watching, LooksAtOnceWhenSomebodyComes) {
  watch_.emplace(store_, JobWatch::Options{std::chrono::hours(1)});
  Wait wait;
  Begin(wait, 6);
  EXPECT_EQ(End(wait), 7);
}

TEST_F(Watching, WakesThoseWhoKnowLess) {
  Wait older, newer;
  Begin(older, 7);
  Begin(newer, 100);
  store_.Set(50);
  EXPECT_EQ(End(older), 50);
  store_.AwaitCalls(2);
  EXPECT_FALSE(newer.rev);
  store_.Set(101);
  EXPECT_EQ(End(newer), 101);
}

TEST_F(Watching, EndsWhenTheTimeIsOver) {
  Wait wait;
  Begin(wait, 7);
  store_.AwaitCalls(2);
  loop_.FireTimers();
  EXPECT_EQ(End(wait), 7);
}

TEST_F(Watching, EndsWhenItIsStopped) {
  Wait wait;
  Begin(wait, 7);
  std::jthread other([this] { stop_.request_stop(); });
  EXPECT_LE(End(wait), 7);
}

TEST_F(Watching, OutlivesAStoreThatFails) {
  store_.SetFails(true);
  Wait wait;
  Begin(wait, 7);
  store_.AwaitCalls(3);
  EXPECT_FALSE(wait.rev);
  store_.Set(9);
  store_.SetFails(false);
  EXPECT_EQ(End(wait), 9);
}

// Coming, going and changing all at the same time; for the thread sanitizer.
TEST_F(Watching, ServesManyLoops) {
  constexpr int kLoops = 3, kWaits = 50;
  std::vector<std::jthread> threads;
  std::atomic<int> done = 0;
  for (int i = 0; i < kLoops; ++i) {
    threads.emplace_back([&] {
      TestLoop loop;
      for (int k = 0; k < kWaits; ++k) {
        const int64_t known = 7 + k;
        if (loop.Run(watch_->WaitFor(known, std::chrono::hours(1), {})) > known) ++done;
      }
    });
  }
  for (int64_t rev = 8; done < kLoops * kWaits; ++rev) {
    store_.Set(rev);
    std::this_thread::yield();
  }
  threads.clear();
  EXPECT_EQ(done, kLoops * kWaits);
}

}  // namespace
}  // namespace tapmask::api
