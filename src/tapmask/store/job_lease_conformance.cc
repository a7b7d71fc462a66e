// SPDX-License-Identifier: Apache-2.0
// Leases, fences, attempts, and what becomes of jobs whose worker is lost or told to stop.
#include <functional>
#include <set>

#include "tapmask/store/store_conformance.h"

namespace tapmask {

using namespace std::chrono_literals;

namespace {

using Word = std::function<LeaseAnswer(JobStore&, const Lease&, Time)>;

// All that a worker may say of a job.
const std::vector<Word>& Words() {
  static const std::vector<Word> words{
      [](JobStore& jobs, const Lease& lease, Time now) {
        return jobs.Heartbeat(lease, JobStatus::kEncoding, 99, now);
      },
      [](JobStore& jobs, const Lease& lease, Time now) {
        return jobs.Checkpoint(lease, "{\"window\":9}", now);
      },
      [](JobStore& jobs, const Lease& lease, Time now) {
        return jobs.Finish(lease, {"{}", "stale"}, now);
      },
      [](JobStore& jobs, const Lease& lease, Time now) {
        return jobs.Fail(lease, {"internal", "No.", true}, now);
      },
      [](JobStore& jobs, const Lease& lease, Time now) {
        return jobs.Fail(lease, {"internal", "No.", false}, now);
      },
      [](JobStore& jobs, const Lease& lease, Time now) { return jobs.Cancelled(lease, now); },
      [](JobStore& jobs, const Lease& lease, Time now) { return jobs.Release(lease, now); },
  };
  return words;
}

bool AreEqual(const Job& a, const Job& b) {
  return a.status == b.status && a.progress_percent == b.progress_percent && a.rev == b.rev &&
         a.checkpoint == b.checkpoint && a.result == b.result && a.output_key == b.output_key &&
         a.attempt == b.attempt && a.fence == b.fence && a.worker == b.worker &&
         a.lease_until == b.lease_until && a.not_before == b.not_before &&
         a.is_cancelled == b.is_cancelled && a.error_code == b.error_code &&
         a.started_at == b.started_at && a.completed_at == b.completed_at;
}

}  // namespace

TEST_P(JobLeaseConformance, GivesALeaseWithAFenceThatGrowsOverAllJobs) {
  const User user = AddUser(Tier::kPro);
  const Video video = AddVideo(user);
  Enqueue(user, video);
  Enqueue(user, video, JobKind::kPreview);

  const Job first = *jobs().Claim("host-7:42", {JobKind::kMask}, now_);
  const Job second = Claim(JobKind::kPreview);

  EXPECT_EQ(first.status, JobStatus::kValidating);
  EXPECT_EQ(first.attempt, 1);
  EXPECT_EQ(first.worker, "host-7:42");
  EXPECT_EQ(first.lease_until, now_ + kLease);
  EXPECT_EQ(first.started_at, now_);
  EXPECT_GT(first.fence, 0);
  EXPECT_GT(second.fence, first.fence);
  EXPECT_TRUE(AreEqual(Get(first), first));
  EXPECT_EQ(first.request, R"({"mode":"privacy_blur"})");
}

TEST_P(JobLeaseConformance, TakesLeasesBackAtTheirEndAndNotBefore) {
  const User user = AddUser();
  const NewJob job = Enqueue(user, AddVideo(user));
  const Job claimed = Claim();
  const Time began = now_;

  EXPECT_EQ(jobs().Reap(began + 29'999ms), 0);
  EXPECT_TRUE(AreEqual(Get(job), claimed));
  EXPECT_EQ(jobs().Reap(began + 30'000ms), 1);
  EXPECT_EQ(jobs().Reap(began + 30'000ms), 0);

  const Job back = Get(job);
  EXPECT_EQ(back.status, JobStatus::kQueued);
  EXPECT_EQ(back.attempt, 1);
  EXPECT_EQ(back.worker, "");
  EXPECT_EQ(back.lease_until, Time{});
  EXPECT_EQ(back.not_before, Time{});
  EXPECT_EQ(back.started_at, began);
}

TEST_P(JobLeaseConformance, TakesTheJobsOfADeadWorkerBackAtOnceAndNoOthers) {
  const User user = AddUser(), other = AddUser();
  const NewJob job = Enqueue(user, AddVideo(user)), others = Enqueue(other, AddVideo(other));
  const std::optional<Job> dead = jobs().Claim("71:0", {JobKind::kMask}, now_);
  const std::optional<Job> alive = jobs().Claim("712:0", {JobKind::kMask}, now_);
  ASSERT_TRUE(dead && alive);
  ASSERT_EQ(dead->id, job.id);

  EXPECT_EQ(jobs().ReapWorker("71:", now_ + 1ms), 1);
  EXPECT_EQ(jobs().ReapWorker("71:", now_ + 1ms), 0);

  EXPECT_EQ(Get(job).status, JobStatus::kQueued);
  EXPECT_EQ(Get(job).attempt, 1);
  EXPECT_EQ(jobs().Heartbeat(LeaseOf(*dead), JobStatus::kTracking, 1, now_ + 1ms),
            LeaseAnswer::kLost);
  EXPECT_TRUE(AreEqual(Get(others), *alive));
  EXPECT_EQ(jobs().ReapWorker("", now_ + 1ms), 1);  // All of them.
}

TEST_P(JobLeaseConformance, RenewsTheLeaseWithEachHeartbeatAndCheckpoint) {
  const User user = AddUser();
  Enqueue(user, AddVideo(user));
  const Job job = Claim();

  now_ += 29s;
  EXPECT_EQ(jobs().Heartbeat(LeaseOf(job), JobStatus::kValidating, 0, now_), LeaseAnswer::kHeld);
  EXPECT_EQ(Get(job).lease_until, now_ + kLease);
  now_ += kLease - 1ms;
  EXPECT_EQ(jobs().Reap(now_), 0);
  EXPECT_EQ(jobs().Checkpoint(LeaseOf(job), R"({"window":1})", now_), LeaseAnswer::kHeld);
  now_ += kLease - 1ms;
  EXPECT_EQ(jobs().Reap(now_), 0);
  now_ += 1ms;
  // Too late, but nobody has taken it back.
  EXPECT_EQ(jobs().Heartbeat(LeaseOf(job), JobStatus::kTracking, 1, now_), LeaseAnswer::kHeld);
  EXPECT_EQ(jobs().Reap(now_), 0);
  now_ += kLease;
  EXPECT_EQ(jobs().Reap(now_), 1);
  EXPECT_EQ(jobs().Heartbeat(LeaseOf(job), JobStatus::kTracking, 1, now_), LeaseAnswer::kLost);
}

TEST_P(JobLeaseConformance, MovesStagesForwardsOnlyAndProgressEitherWay) {
  const User user = AddUser();
  Enqueue(user, AddVideo(user));
  const Job job = Claim();
  const auto after = [&](JobStatus stage, int progress) {
    EXPECT_EQ(jobs().Heartbeat(LeaseOf(job), stage, progress, now_), LeaseAnswer::kHeld);
    const Job found = Get(job);
    return std::pair(found.status, found.progress_percent);
  };

  EXPECT_EQ(after(JobStatus::kTracking, 40), std::pair(JobStatus::kTracking, 40));
  EXPECT_EQ(after(JobStatus::kExtracting, 30), std::pair(JobStatus::kTracking, 30));
  EXPECT_EQ(after(JobStatus::kTracking, -5), std::pair(JobStatus::kTracking, 0));
  EXPECT_EQ(after(JobStatus::kEncoding, 1'000), std::pair(JobStatus::kEncoding, 100));
}

TEST_P(JobLeaseConformance, RefusesAHeartbeatWithoutAStage) {
  const User user = AddUser();
  Enqueue(user, AddVideo(user));
  const Job job = Claim();

  for (const JobStatus status :
       {JobStatus::kQueued, JobStatus::kComplete, JobStatus::kFailed, JobStatus::kCancelled}) {
    EXPECT_EQ(CodeOf([&] { jobs().Heartbeat(LeaseOf(job), status, 1, now_); }),
              Code::kInvalidArgument);
  }
  EXPECT_TRUE(AreEqual(Get(job), job));
}

TEST_P(JobLeaseConformance, ListensToNobodyButWhoHoldsTheLease) {
  rules_.tiers.pro.max_running_jobs = 100;
  const User user = AddUser(Tier::kPro);
  const Video video = AddVideo(user);
  Enqueue(user, video);
  const Job lost = Claim();
  now_ += kLease;
  ASSERT_EQ(jobs().Reap(now_), 1);

  const auto expect_deaf = [&](const Lease& lease, const char* when) {
    const std::optional<Job> before = jobs().Get(user.id, lost.id);
    for (size_t i = 0; i < Words().size(); ++i) {
      EXPECT_EQ(Words()[i](jobs(), lease, now_), LeaseAnswer::kLost) << when << ": word " << i;
    }
    EXPECT_EQ(jobs().Get(user.id, lost.id).has_value(), before.has_value());
    if (before) {
      EXPECT_TRUE(AreEqual(Get(lost), *before)) << when;
    }
  };
  const Lease stale = LeaseOf(lost);
  expect_deaf(stale, "taken back");
  const Job again = Claim();
  ASSERT_EQ(again.id, lost.id);
  ASSERT_GT(again.fence, stale.fence);
  expect_deaf(stale, "given to another");
  expect_deaf({lost.id, again.fence + 1}, "a fence that was never given");
  expect_deaf({lost.id, 0}, "no fence");
  expect_deaf({JobId::New(), again.fence}, "no such job");
  EXPECT_EQ(jobs().Heartbeat(LeaseOf(again), JobStatus::kTracking, 1, now_), LeaseAnswer::kHeld);
  EXPECT_EQ(jobs().Finish(LeaseOf(again), {"{}", "mine"}, now_), LeaseAnswer::kHeld);
  expect_deaf(LeaseOf(again), "finished");
  EXPECT_EQ(Get(lost).output_key, "mine");
}

TEST_P(JobLeaseConformance, GivesUpAJobThatIsLostThreeTimesAndKeepsItAmongTheDeadLetters) {
  const User user = AddUser();
  const NewJob job = Enqueue(user, AddVideo(user));
  std::set<int64_t> fences;

  for (int attempt = 1; attempt <= 3; ++attempt) {
    EXPECT_TRUE(jobs().DeadLetters(10).empty());
    const Job claimed = Claim();
    EXPECT_EQ(claimed.attempt, attempt);
    EXPECT_TRUE(fences.insert(claimed.fence).second);
    now_ += kLease;
    EXPECT_EQ(jobs().Reap(now_), 1);
  }

  const Job failed = Get(job);
  EXPECT_EQ(failed.status, JobStatus::kFailed);
  EXPECT_EQ(failed.error_code, "worker_lost");
  EXPECT_NE(failed.error_message, "");
  EXPECT_EQ(failed.completed_at, now_);
  EXPECT_FALSE(IsSomethingDue());
  ASSERT_EQ(jobs().DeadLetters(10).size(), 1u);
  EXPECT_EQ(jobs().DeadLetters(10)[0].id, job.id);
  EXPECT_TRUE(jobs().DeadLetters(-1).empty());
  EXPECT_EQ(jobs().Quota(user.id, now_).used, 0);
}

TEST_P(JobLeaseConformance, TriesAgainWhatMayPassLaterAndLaterThreeTimesInAll) {
  const User user = AddUser();
  const NewJob job = Enqueue(user, AddVideo(user));
  const JobFailure failure{"unavailable", "Not now.", true};

  for (int attempt = 1; attempt <= 2; ++attempt) {
    EXPECT_EQ(jobs().Fail(LeaseOf(Claim()), failure, now_), LeaseAnswer::kHeld);
    const Job waiting = Get(job);
    EXPECT_EQ(waiting.status, JobStatus::kQueued);
    EXPECT_EQ(waiting.not_before, now_ + Backoff(rules_, attempt));
    EXPECT_EQ(waiting.error_code, "");
    EXPECT_FALSE(IsSomethingDue());
    now_ = waiting.not_before;
  }
  EXPECT_EQ(jobs().Fail(LeaseOf(Claim()), failure, now_), LeaseAnswer::kHeld);

  EXPECT_EQ(Get(job).status, JobStatus::kFailed);
  EXPECT_EQ(Get(job).error_code, "unavailable");
  EXPECT_EQ(Get(job).error_message, "Not now.");
  EXPECT_EQ(jobs().DeadLetters(10).size(), 1u);
}

TEST_P(JobLeaseConformance, DoesNotTryAgainWhatCannotPass) {
  const User user = AddUser();
  const NewJob job = Enqueue(user, AddVideo(user));

  jobs().Fail(LeaseOf(Claim()), {"too_large", "It is too large.", false}, now_);

  EXPECT_EQ(Get(job).status, JobStatus::kFailed);
  EXPECT_EQ(Get(job).attempt, 1);
  EXPECT_EQ(Get(job).error_code, "too_large");
  EXPECT_TRUE(jobs().DeadLetters(10).empty()) << "there is nothing to look into";
}

TEST_P(JobLeaseConformance, ListsTheNewestDeadLettersFirst) {
  rules_.tiers.pro.max_running_jobs = 10;
  const User user = AddUser(Tier::kPro);
  const Video video = AddVideo(user);
  std::vector<JobId> died;
  for (int i = 0; i < 3; ++i) {
    const NewJob job = Enqueue(user, video);
    died.push_back(job.id);
    for (int attempt = 1; attempt <= 3; ++attempt) {
      jobs().Fail(LeaseOf(Claim()), {"unavailable", "Not now.", true}, now_);
      now_ += 1h;
    }
  }

  const std::vector<Job> letters = jobs().DeadLetters(2);

  ASSERT_EQ(letters.size(), 2u);
  EXPECT_EQ(letters[0].id, died[2]);
  EXPECT_EQ(letters[1].id, died[1]);
}

TEST_P(JobLeaseConformance, DoesNotCountAnAttemptThatWasReleased) {
  const User user = AddUser();
  const NewJob job = Enqueue(user, AddVideo(user));

  for (int i = 0; i < 10; ++i) {
    const Job claimed = Claim();
    EXPECT_EQ(claimed.attempt, 1);
    jobs().Heartbeat(LeaseOf(claimed), JobStatus::kProcessing, 50, now_);
    EXPECT_EQ(jobs().Release(LeaseOf(claimed), now_), LeaseAnswer::kHeld);
    EXPECT_EQ(Get(job).status, JobStatus::kQueued);
    EXPECT_EQ(Get(job).attempt, 0);
    EXPECT_EQ(Get(job).progress_percent, 0);
    EXPECT_EQ(Get(job).not_before, Time{});
  }
}

TEST_P(JobLeaseConformance, KeepsTheCheckpointForTheNextAttemptAndDropsItAtTheEnd) {
  const User user = AddUser();
  const NewJob job = Enqueue(user, AddVideo(user));
  const std::string checkpoint = R"({"window":12,"text":")" + std::string(50'000, 'x') + "\"}";
  jobs().Checkpoint(LeaseOf(Claim()), checkpoint, now_);
  now_ += kLease;
  jobs().Reap(now_);

  const Job second = Claim();
  EXPECT_EQ(second.checkpoint, checkpoint);
  jobs().Release(LeaseOf(second), now_);
  const Job third = Claim();
  EXPECT_EQ(third.checkpoint, checkpoint);
  jobs().Finish(LeaseOf(third), {}, now_);

  EXPECT_EQ(Get(job).checkpoint, "");
}

TEST_P(JobLeaseConformance, KeepsWhatCameOut) {
  const User user = AddUser();
  const NewJob job = Enqueue(user, AddVideo(user));
  const Job claimed = Claim();
  now_ += 5s;

  EXPECT_EQ(jobs().Finish(LeaseOf(claimed), {R"({"frames":7})", "u/j/1"}, now_),
            LeaseAnswer::kHeld);

  const Job done = Get(job);
  EXPECT_EQ(done.status, JobStatus::kComplete);
  EXPECT_EQ(done.progress_percent, 100);
  EXPECT_EQ(done.result, R"({"frames":7})");
  EXPECT_EQ(done.output_key, "u/j/1");
  EXPECT_EQ(done.completed_at, now_);
  EXPECT_EQ(done.worker, "");
  EXPECT_EQ(done.lease_until, Time{});
  EXPECT_EQ(done.fence, claimed.fence);
}

TEST_P(JobLeaseConformance, CancelsAWaitingJobAtOnce) {
  const User user = AddUser(), other = AddUser();
  const NewJob job = Enqueue(user, AddVideo(user));

  EXPECT_FALSE(jobs().Cancel(other.id, job.id, now_));
  EXPECT_FALSE(jobs().Cancel(user.id, JobId::New(), now_));
  EXPECT_EQ(Get(job).status, JobStatus::kQueued);
  EXPECT_TRUE(jobs().Cancel(user.id, job.id, now_ + 1s));
  EXPECT_FALSE(jobs().Cancel(user.id, job.id, now_ + 2s));

  EXPECT_EQ(Get(job).status, JobStatus::kCancelled);
  EXPECT_EQ(Get(job).completed_at, now_ + 1s);
  EXPECT_FALSE(Get(job).is_cancelled);
  EXPECT_FALSE(IsSomethingDue());
}

TEST_P(JobLeaseConformance, TellsARunningJobsWorkerToStop) {
  const User user = AddUser();
  const NewJob job = Enqueue(user, AddVideo(user));
  const Job claimed = Claim();
  const Lease lease = LeaseOf(claimed);

  EXPECT_EQ(CodeOf([&] { jobs().Cancelled(lease, now_); }), Code::kConflict);
  EXPECT_TRUE(jobs().Cancel(user.id, job.id, now_));
  EXPECT_TRUE(jobs().Cancel(user.id, job.id, now_)) << "not ended yet";
  EXPECT_TRUE(IsRunning(Get(job).status));
  EXPECT_TRUE(Get(job).is_cancelled);
  EXPECT_EQ(jobs().Heartbeat(lease, JobStatus::kTracking, 1, now_), LeaseAnswer::kCancelled);
  EXPECT_EQ(jobs().Checkpoint(lease, "{}", now_), LeaseAnswer::kCancelled);
  EXPECT_EQ(jobs().Cancelled(lease, now_), LeaseAnswer::kHeld);
  EXPECT_EQ(jobs().Cancelled(lease, now_), LeaseAnswer::kLost);

  EXPECT_EQ(Get(job).status, JobStatus::kCancelled);
  EXPECT_FALSE(Get(job).is_cancelled);
  EXPECT_FALSE(jobs().Cancel(user.id, job.id, now_));
}

TEST_P(JobLeaseConformance, EndsAJobToBeCancelledWhateverItsWorkerSays) {
  rules_.tiers.pro.max_running_jobs = 10;
  const User user = AddUser(Tier::kPro);
  const Video video = AddVideo(user);
  const auto cancelled_one = [&] {
    Enqueue(user, video);
    const Job job = Claim();
    EXPECT_TRUE(jobs().Cancel(user.id, job.id, now_));
    return job;
  };

  const Job failed = cancelled_one();
  jobs().Fail(LeaseOf(failed), {"internal", "No.", false}, now_);
  EXPECT_EQ(Get(failed).status, JobStatus::kCancelled);
  EXPECT_EQ(Get(failed).error_code, "");
  const Job retried = cancelled_one();
  jobs().Fail(LeaseOf(retried), {"internal", "No.", true}, now_);
  EXPECT_EQ(Get(retried).status, JobStatus::kCancelled);
  const Job released = cancelled_one();
  jobs().Release(LeaseOf(released), now_);
  EXPECT_EQ(Get(released).status, JobStatus::kCancelled);
  const Job lost = cancelled_one();
  EXPECT_EQ(jobs().Reap(now_ + kLease), 1);
  EXPECT_EQ(Get(lost).status, JobStatus::kCancelled);

  // Unless it was done already.
  const Job done = cancelled_one();
  EXPECT_EQ(jobs().Finish(LeaseOf(done), {"{}", "out"}, now_), LeaseAnswer::kHeld);
  EXPECT_EQ(Get(done).status, JobStatus::kComplete);
  EXPECT_FALSE(Get(done).is_cancelled);
  EXPECT_EQ(Get(done).output_key, "out");
}

}  // namespace tapmask
