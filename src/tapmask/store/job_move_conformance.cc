// SPDX-License-Identifier: Apache-2.0
// That a store makes every move of JobMoves() and no other, whatever it is told in whatever state.
#include <functional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tapmask/store/store_conformance.h"

namespace tapmask {

using namespace std::chrono_literals;

namespace {

using enum JobStatus;

constexpr JobStatus kAll[] = {kQueued,   kValidating, kExtracting, kTracking, kProcessing,
                              kEncoding, kComplete,   kFailed,     kCancelled};

// What else may be so when something is asked of a job.
enum class Circumstance { kPlain, kCancelAsked, kLastAttempt, kVideoDeleted };

struct Act {
  std::string name;
  JobActor actor;
  std::function<void(Stores&, const Job&, Time)> call;
};

std::vector<Act> Acts() {
  const auto lease = [](const Job& job) { return Lease{job.id, job.fence}; };
  std::vector<Act> acts{
      {"Claim", JobActor::kWorker,
       [](Stores& s, const Job&, Time now) { s.jobs().Claim("w", {JobKind::kMask}, now + 1h); }},
      {"Checkpoint", JobActor::kWorker,
       [=](Stores& s, const Job& job, Time now) { s.jobs().Checkpoint(lease(job), "{}", now); }},
      {"Finish", JobActor::kWorker,
       [=](Stores& s, const Job& job, Time now) { s.jobs().Finish(lease(job), {}, now); }},
      {"Fail, may pass", JobActor::kWorker,
       [=](Stores& s, const Job& job, Time now) {
         s.jobs().Fail(lease(job), {"x", "X.", true}, now);
       }},
      {"Fail", JobActor::kWorker,
       [=](Stores& s, const Job& job, Time now) {
         s.jobs().Fail(lease(job), {"x", "X.", false}, now);
       }},
      {"Cancelled", JobActor::kWorker,
       [=](Stores& s, const Job& job, Time now) {
         try {
           s.jobs().Cancelled(lease(job), now);
         } catch (const Error& error) {
           EXPECT_EQ(error.code(), Code::kConflict);
         }
       }},
      {"Release", JobActor::kWorker,
       [=](Stores& s, const Job& job, Time now) { s.jobs().Release(lease(job), now); }},
      {"Cancel", JobActor::kUser,
       [](Stores& s, const Job& job, Time now) { s.jobs().Cancel(job.user_id, job.id, now); }},
      {"Delete", JobActor::kUser,
       [](Stores& s, const Job& job, Time now) {
         s.videos().Delete(job.user_id, job.video_id, "deleted", now);
       }},
      {"Reap", JobActor::kReaper,
       [](Stores& s, const Job&, Time now) { s.jobs().Reap(now + 30s); }},
      {"DeleteExpired", JobActor::kReaper,
       [](Stores& s, const Job&, Time now) { s.videos().DeleteExpired(now + 24h); }},
  };
  for (const JobStatus stage : {kValidating, kExtracting, kTracking, kProcessing, kEncoding}) {
    acts.push_back({"Heartbeat " + std::string(JobStatusName(stage)), JobActor::kWorker,
                    [=](Stores& s, const Job& job, Time now) {
                      s.jobs().Heartbeat(lease(job), stage, 1, now);
                    }});
  }
  return acts;
}

}  // namespace

TEST_P(JobMoveConformance, MakesEveryMoveOfTheTableAndNoOther) {
  for (TierLimits* limits : {&rules_.tiers.free, &rules_.tiers.pro, &rules_.tiers.local}) {
    limits->videos_per_month = std::nullopt;
  }
  const User user = AddUser();

  // A job that is in this state, and its last lease, if it ever had one.
  const auto job_in = [&](JobStatus status, Circumstance circumstance) {
    const NewJob made = Enqueue(user, AddVideo(user));
    Job job;
    const int attempts = circumstance == Circumstance::kLastAttempt ? kMaxAttempts : 1;
    for (int attempt = 1; attempt <= attempts; ++attempt) {
      if (attempt > 1) jobs().Fail(LeaseOf(job), {"x", "X.", true}, now_ - 1h);
      if (status == kQueued && attempt == attempts) break;
      job = Claim();
      EXPECT_EQ(job.id, made.id);
    }
    if (IsRunning(status)) jobs().Heartbeat(LeaseOf(job), status, 1, now_);
    if (status == kComplete) jobs().Finish(LeaseOf(job), {}, now_);
    if (status == kFailed) jobs().Fail(LeaseOf(job), {"x", "X.", false}, now_);
    if (status == kCancelled) {
      jobs().Cancel(user.id, made.id, now_);
      jobs().Cancelled(LeaseOf(job), now_);
    }
    if (circumstance == Circumstance::kCancelAsked && IsRunning(status)) {
      EXPECT_TRUE(jobs().Cancel(user.id, made.id, now_));
    }
    if (circumstance == Circumstance::kVideoDeleted && status != kQueued) {
      EXPECT_TRUE(videos().Delete(user.id, made.video_id, "deleted", now_));
    }
    job = Get(made);
    EXPECT_EQ(job.status, status);
    return job;
  };

  using Move = std::tuple<JobStatus, JobStatus, JobActor>;
  std::set<Move> made, allowed;
  for (const JobStatus from : kAll) {
    for (const Circumstance circumstance :
         {Circumstance::kPlain, Circumstance::kCancelAsked, Circumstance::kLastAttempt,
          Circumstance::kVideoDeleted}) {
      for (const Act& act : Acts()) {
        const Job job = job_in(from, circumstance);
        act.call(stores(), job, now_);
        const JobStatus to = Get(job).status;
        if (to != from) {
          made.emplace(from, to, act.actor);
          EXPECT_TRUE(MayMove(from, to, act.actor))
              << act.name << " moves from " << JobStatusName(from) << " to " << JobStatusName(to);
        }
        // Out of the way of the next one.
        jobs().Reap(now_ + 2h);
        jobs().Cancel(user.id, job.id, now_);
      }
    }
  }
  for (const JobMove& move : JobMoves()) allowed.emplace(move.from, move.to, move.actor);

  for (const auto& [from, to, actor] : allowed) {
    EXPECT_TRUE(made.contains({from, to, actor}))
        << "never moves from " << JobStatusName(from) << " to " << JobStatusName(to);
  }
}

}  // namespace tapmask
