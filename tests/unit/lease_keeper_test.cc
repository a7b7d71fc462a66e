// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/lease_keeper.h"

#include <string>
#include <vector>

#include "tapmask/worker/worker_fixture.h"

namespace tapmask {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

class LeaseKeeperTest : public WorkerFixture {
 protected:
  LeaseKeeperTest() {
    Ask(Ready("x"), JobKind::kMask);
    job_ = *stores_->jobs().Claim(kWorker, {JobKind::kMask}, clock_.Now());
    hooks_.before = [this](const std::string& call) {
      calls_.push_back(call);
      if (is_away_) throw Error(Code::kUnavailable, "The store is away.");
    };
  }
  LeaseKeeper Keeper() {
    return {hooked_stores_.jobs(), clock_, {job_.id, job_.fence}, {2s, 60s}, begin_};
  }

  const LeaseKeeper::Steady::time_point begin_{1h};
  Job job_;
  Names calls_;
  bool is_away_ = false;
};

TEST_F(LeaseKeeperTest, BeatsWhenItIsTime) {
  LeaseKeeper keeper = Keeper();
  EXPECT_EQ(keeper.next_beat(), begin_ + 2s);
  keeper.SetProgress(JobStatus::kValidating, 1);
  EXPECT_EQ(keeper.BeatIfDue(begin_ + 1999ms), LeaseAnswer::kHeld);
  EXPECT_TRUE(calls_.empty());

  EXPECT_EQ(keeper.BeatIfDue(begin_ + 2s), LeaseAnswer::kHeld);

  EXPECT_EQ(calls_, Names{"Heartbeat validating"});
  EXPECT_EQ(keeper.next_beat(), begin_ + 4s);
  EXPECT_EQ(Get(job_.id).progress_percent, 1);
}

TEST_F(LeaseKeeperTest, TellsANewStageAtOnceAndGoesNeverBack) {
  LeaseKeeper keeper = Keeper();
  keeper.SetProgress(JobStatus::kProcessing, 60);
  keeper.BeatIfDue(begin_);
  keeper.SetProgress(JobStatus::kTracking, 20);
  keeper.BeatIfDue(begin_);
  EXPECT_EQ(calls_, Names{"Heartbeat processing"});
  keeper.SetProgress(JobStatus::kEncoding, 1000);
  keeper.BeatIfDue(begin_);

  EXPECT_EQ(Get(job_.id).status, JobStatus::kEncoding);
  EXPECT_EQ(Get(job_.id).progress_percent, 100);
}

TEST_F(LeaseKeeperTest, RenewsTheLease) {
  LeaseKeeper keeper = Keeper();
  clock_.Advance(20s);
  keeper.Beat(begin_);
  EXPECT_EQ(Get(job_.id).lease_until, clock_.Now() + 30s);
}

TEST_F(LeaseKeeperTest, PassesOverAStoreThatIsAwayForAWhile) {
  LeaseKeeper keeper = Keeper();
  is_away_ = true;
  EXPECT_EQ(keeper.Beat(begin_ + 59s), LeaseAnswer::kHeld);
  is_away_ = false;
  EXPECT_EQ(keeper.Beat(begin_ + 60s), LeaseAnswer::kHeld);
  is_away_ = true;
  EXPECT_EQ(keeper.Beat(begin_ + 119s), LeaseAnswer::kHeld);
}

TEST_F(LeaseKeeperTest, HasLostWhenTheStoreIsAwayForTooLong) {
  LeaseKeeper keeper = Keeper();
  is_away_ = true;
  EXPECT_EQ(keeper.Beat(begin_ + 60s), LeaseAnswer::kLost);
  is_away_ = false;

  EXPECT_EQ(keeper.Beat(begin_ + 61s), LeaseAnswer::kLost);
  EXPECT_EQ(keeper.Checkpoint("{}", begin_ + 61s), LeaseAnswer::kLost);

  EXPECT_EQ(calls_.size(), 1u);
}

// Each event of the child asked anew, and a store that is busy was waited for each time.
TEST_F(LeaseKeeperTest, DoesNotAskAStoreThatIsAwayOfANewStageAgainAndAgain) {
  LeaseKeeper keeper = Keeper();
  is_away_ = true;
  keeper.SetProgress(JobStatus::kTracking, 10);
  for (int i = 0; i < 10; ++i) keeper.BeatIfDue(begin_);
  EXPECT_EQ(calls_.size(), 1u);
  is_away_ = false;

  keeper.BeatIfDue(begin_ + 2s);

  EXPECT_EQ(Get(job_.id).status, JobStatus::kTracking);
}

TEST_F(LeaseKeeperTest, HearsOfCancellingAndLoss) {
  LeaseKeeper keeper = Keeper();
  ASSERT_TRUE(stores_->jobs().Cancel(user_.id, job_.id, clock_.Now()));
  EXPECT_EQ(keeper.BeatIfDue(begin_), LeaseAnswer::kHeld);  // Not asked.
  EXPECT_EQ(keeper.Beat(begin_), LeaseAnswer::kCancelled);
  EXPECT_EQ(keeper.BeatIfDue(begin_), LeaseAnswer::kCancelled);
  stores_->jobs().ReapWorker(kWorker, clock_.Now());
  EXPECT_EQ(keeper.Checkpoint("{}", begin_), LeaseAnswer::kLost);
  EXPECT_EQ(keeper.BeatIfDue(begin_), LeaseAnswer::kLost);
}

TEST_F(LeaseKeeperTest, KeepsACheckpoint) {
  LeaseKeeper keeper = Keeper();
  EXPECT_EQ(keeper.Checkpoint("{\"a\":1}", begin_ + 1s), LeaseAnswer::kHeld);
  EXPECT_EQ(Get(job_.id).checkpoint, "{\"a\":1}");
  EXPECT_EQ(keeper.next_beat(), begin_ + 3s);
}

TEST_F(LeaseKeeperTest, LetsOtherFaultsOut) {
  hooks_.before = [](const std::string&) { throw Error(Code::kInternal, "A fault."); };
  LeaseKeeper keeper = Keeper();
  EXPECT_THROW(keeper.Beat(begin_), Error);
}

}  // namespace
}  // namespace tapmask
