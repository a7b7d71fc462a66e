// SPDX-License-Identifier: Apache-2.0
// Enqueuing, limits, quotas, and what is shown of jobs.
#include "tapmask/store/store_conformance.h"

namespace tapmask {

using namespace std::chrono_literals;

TEST_P(JobQueueConformance, ShowsANewJobToItsUserOnly) {
  const User user = AddUser(Tier::kPro), other = AddUser();
  const Video video = AddVideo(user);
  NewJob job = NewJobOf(user, video);
  job.request = std::string("{\"text\":\"ü \\u0000 '\"}") + std::string(100'000, ' ');

  ASSERT_EQ(jobs().Enqueue(job, now_), Enqueued::kNew);

  const Job found = Get(job);
  EXPECT_EQ(found.id, job.id);
  EXPECT_EQ(found.kind, JobKind::kMask);
  EXPECT_EQ(found.user_id, user.id);
  EXPECT_EQ(found.video_id, video.id);
  EXPECT_EQ(found.tier, Tier::kPro);
  EXPECT_EQ(found.status, JobStatus::kQueued);
  EXPECT_EQ(found.progress_percent, 0);
  EXPECT_EQ(found.request, job.request);
  EXPECT_EQ(found.checkpoint + found.result + found.output_key + found.worker, "");
  EXPECT_EQ(found.error_code + found.error_message, "");
  EXPECT_EQ(found.attempt, 0);
  EXPECT_EQ(found.fence, 0);
  EXPECT_EQ(found.lease_until, Time{});
  EXPECT_EQ(found.not_before, Time{});
  EXPECT_FALSE(found.is_cancelled);
  EXPECT_EQ(found.created_at, now_);
  EXPECT_EQ(found.started_at, std::nullopt);
  EXPECT_EQ(found.completed_at, std::nullopt);
  EXPECT_EQ(found.rev, jobs().LastRev());
  EXPECT_FALSE(jobs().Get(other.id, job.id));
  EXPECT_FALSE(jobs().Get(user.id, JobId::New()));
}

TEST_P(JobQueueConformance, TakesAJobOnceHoweverOftenItIsTold) {
  const User user = AddUser();
  const Video video = AddVideo(user);
  const NewJob job = Enqueue(user, video);
  NewJob other_request = job;
  other_request.request = "{}";

  EXPECT_EQ(jobs().Enqueue(other_request, now_ + 1h), Enqueued::kAlreadyThere);
  EXPECT_EQ(Get(job).request, job.request);
  EXPECT_EQ(Get(job).created_at, now_);

  jobs().Finish(LeaseOf(Claim()), {}, now_);
  EXPECT_EQ(jobs().Enqueue(job, now_), Enqueued::kAlreadyThere);
  EXPECT_FALSE(IsSomethingDue());
  // Neither a full queue nor a video that is gone makes another answer of it.
  ASSERT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));
  EXPECT_EQ(jobs().Enqueue(job, now_), Enqueued::kAlreadyThere);
}

TEST_P(JobQueueConformance, NeedsAVideoOfTheUsers) {
  const User user = AddUser(), other = AddUser();
  const Video video = AddVideo(user);
  NewJob foreign = NewJobOf(other, video);
  NewJob of_nobody = NewJobOf(user, video);
  of_nobody.user_id = UserId::New();

  EXPECT_EQ(jobs().Enqueue(foreign, now_), Enqueued::kNoVideo);
  EXPECT_EQ(jobs().Enqueue(of_nobody, now_), Enqueued::kNoVideo);
  EXPECT_EQ(jobs().Enqueue(NewJobOf(user, NewVideo(user)), now_), Enqueued::kNoVideo);
}

TEST_P(JobQueueConformance, RefusesMoreThanTheQueueHolds) {
  rules_.max_queued = 3;
  const User user = AddUser(Tier::kPro), other = AddUser(Tier::kPro);
  const Video video = AddVideo(user), others = AddVideo(other);
  Enqueue(user, video);
  Enqueue(user, video, JobKind::kPreview);
  Enqueue(other, others);

  for (const JobKind kind : {JobKind::kMask, JobKind::kPreview}) {
    EXPECT_EQ(jobs().Enqueue(NewJobOf(other, others, kind), now_), Enqueued::kQueueFull);
  }
  const Video more = NewVideo(other);
  EXPECT_EQ(videos().AddWithIngest(more, NewJobOf(other, more, JobKind::kIngest), now_),
            Enqueued::kQueueFull);

  const Job running = Claim();  // One that runs does not wait.
  EXPECT_EQ(jobs().Enqueue(NewJobOf(other, others), now_), Enqueued::kNew);
  // What comes back always has its place.
  EXPECT_EQ(jobs().Release(LeaseOf(running), now_), LeaseAnswer::kHeld);
  EXPECT_EQ(Get(running).status, JobStatus::kQueued);
  EXPECT_EQ(jobs().Enqueue(NewJobOf(other, others), now_), Enqueued::kQueueFull);
}

TEST_P(JobQueueConformance, RefusesMoreOfOneUserThanMayWaitAndPreviewsApart) {
  rules_.tiers.free.max_waiting_jobs = 2;
  const User user = AddUser(), other = AddUser();
  const Video video = AddVideo(user), others = AddVideo(other);
  Enqueue(user, video);
  const NewJob second = Enqueue(user, video);

  EXPECT_EQ(jobs().Enqueue(NewJobOf(user, video), now_), Enqueued::kTooManyWaiting);
  Enqueue(other, others);
  Enqueue(user, video, JobKind::kPreview);
  Enqueue(user, video, JobKind::kPreview);
  EXPECT_EQ(jobs().Enqueue(NewJobOf(user, video, JobKind::kPreview), now_),
            Enqueued::kTooManyWaiting);

  ASSERT_TRUE(jobs().Cancel(user.id, second.id, now_));
  EXPECT_EQ(jobs().Enqueue(NewJobOf(user, video), now_), Enqueued::kNew);
}

TEST_P(JobQueueConformance, CountsAVideoOnceAMonthHoweverOftenItIsWorkedOn) {
  rules_.tiers.free.videos_per_month = 2;
  rules_.tiers.free.max_waiting_jobs = 100;
  const User user = AddUser();
  const Video first = AddVideo(user), second = AddVideo(user), third = AddVideo(user);
  EXPECT_EQ(jobs().Quota(user.id, now_).used, 0);
  EXPECT_EQ(jobs().Quota(user.id, now_).limit, 2);

  Enqueue(user, first);
  Enqueue(user, first);
  EXPECT_EQ(jobs().Quota(user.id, now_).used, 1);
  Enqueue(user, second);
  EXPECT_EQ(jobs().Quota(user.id, now_).used, 2);
  EXPECT_EQ(jobs().Enqueue(NewJobOf(user, third), now_), Enqueued::kQuotaUsedUp);
  Enqueue(user, second);
  Enqueue(user, third, JobKind::kPreview);  // Looking costs nothing.
  EXPECT_EQ(jobs().Quota(user.id, now_).used, 2);
}

TEST_P(JobQueueConformance, GivesAVideoBackOnlyWhenNoJobOfItCameToAnything) {
  rules_.tiers.free.videos_per_month = 1;
  rules_.tiers.free.max_running_jobs = 10;
  const User user = AddUser();
  const Video video = AddVideo(user), next = AddVideo(user);
  const auto used = [&] { return jobs().Quota(user.id, now_).used; };
  const auto next_is_allowed = [&] {
    const NewJob job = NewJobOf(user, next);
    const Enqueued answer = jobs().Enqueue(job, now_);
    if (answer == Enqueued::kNew) jobs().Cancel(user.id, job.id, now_);
    return answer == Enqueued::kNew;
  };

  const NewJob cancelled = Enqueue(user, video), failed = Enqueue(user, video),
               retried = Enqueue(user, video);
  const Job c = Claim(), f = Claim(), r = Claim();
  EXPECT_FALSE(next_is_allowed());
  jobs().Cancel(user.id, cancelled.id, now_);
  EXPECT_EQ(used(), 1);
  jobs().Cancelled(LeaseOf(c), now_);
  EXPECT_EQ(used(), 1) << "two others are at it";
  jobs().Fail(LeaseOf(r), {"x", "X.", true}, now_);
  jobs().Fail(LeaseOf(f), {"x", "X.", false}, now_);
  EXPECT_EQ(used(), 1) << "one will be tried again";
  jobs().Cancel(user.id, retried.id, now_);
  EXPECT_EQ(used(), 0);
  EXPECT_TRUE(next_is_allowed());

  Enqueue(user, video);
  Enqueue(user, video);
  jobs().Finish(LeaseOf(Claim()), {}, now_);
  jobs().Fail(LeaseOf(Claim()), {"x", "X.", false}, now_);
  EXPECT_EQ(used(), 1);
  EXPECT_FALSE(next_is_allowed());
}

TEST_P(JobQueueConformance, BeginsToCountAnewWhenTheMonthIsOver) {
  rules_.tiers.free.videos_per_month = 1;
  const Time anchor = std::chrono::sys_days(2026y / 1 / 31) + 8h;
  now_ = anchor;
  const User user = AddUser();
  const auto add_video = [&] {
    Video video = NewVideo(user);
    video.expires_at = std::nullopt;
    EXPECT_EQ(videos().AddWithIngest(video, NewJobOf(user, video, JobKind::kIngest), now_),
              Enqueued::kNew);
    jobs().Finish(LeaseOf(Claim(JobKind::kIngest)), {}, now_);
    return video;
  };
  const Video video = add_video(), other = add_video();
  const Time february = std::chrono::sys_days(2026y / 2 / 28) + 8h,
             march = std::chrono::sys_days(2026y / 3 / 31) + 8h;

  now_ = february - 1ms;
  EXPECT_EQ(jobs().Quota(user.id, now_).resets_at, february);
  Enqueue(user, video);
  EXPECT_EQ(jobs().Enqueue(NewJobOf(user, other), now_), Enqueued::kQuotaUsedUp);

  now_ = february;
  EXPECT_EQ(jobs().Quota(user.id, now_).used, 0);
  EXPECT_EQ(jobs().Quota(user.id, now_).resets_at, march);
  Enqueue(user, other);
  EXPECT_EQ(jobs().Enqueue(NewJobOf(user, video), now_), Enqueued::kQuotaUsedUp)
      << "what counted in February does not count in March already";

  // Failing gives back to the month that had counted it.
  jobs().Fail(LeaseOf(Claim()), {"x", "X.", false}, now_);
  EXPECT_EQ(jobs().Quota(user.id, february - 1ms).used, 0);
  EXPECT_EQ(jobs().Quota(user.id, now_).used, 1);
}

TEST_P(JobQueueConformance, HasNoQuotaForTheOwnerOfTheMachine) {
  rules_.tiers.free.videos_per_month = 1;
  const User owner = AddUser(Tier::kLocal);
  for (int i = 0; i < 3; ++i) Enqueue(owner, AddVideo(owner));

  EXPECT_EQ(jobs().Quota(owner.id, now_).limit, std::nullopt);
  EXPECT_EQ(jobs().Quota(owner.id, now_).used, 3);
  EXPECT_EQ(CodeOf([&] { jobs().Quota(UserId::New(), now_); }), Code::kNotFound);
}

TEST_P(JobQueueConformance, TakesTheQuotasLimitFromTheTierOfTheDay) {
  rules_.tiers.free.videos_per_month = 1;
  User user = AddUser();
  Enqueue(user, AddVideo(user));
  const Video more = AddVideo(user);
  ASSERT_EQ(jobs().Enqueue(NewJobOf(user, more), now_), Enqueued::kQuotaUsedUp);

  ASSERT_TRUE(stores().users().SetTier(user.id, Tier::kPro));
  user.tier = Tier::kPro;

  EXPECT_EQ(jobs().Quota(user.id, now_).limit, 100);
  EXPECT_EQ(jobs().Enqueue(NewJobOf(user, more), now_), Enqueued::kNew);
}

TEST_P(JobQueueConformance, ListsTheNewestFirstInPagesWithoutPreviews) {
  const User user = AddUser(Tier::kPro), other = AddUser(Tier::kPro);
  const Video video = AddVideo(user), others = AddVideo(other);
  const JobId ingest = jobs().OfVideo(user.id, video.id)[0].id;
  const NewJob first = Enqueue(user, video);
  const NewJob preview = Enqueue(user, video, JobKind::kPreview);
  const NewJob foreign = Enqueue(other, others);
  const NewJob second = Enqueue(user, video);
  const auto ids = [](const std::vector<Job>& list) {
    std::vector<JobId> result;
    for (const Job& job : list) result.push_back(job.id);
    return result;
  };

  EXPECT_EQ(ids(jobs().List(user.id, {}, 10)), (std::vector{second.id, first.id, ingest}));
  EXPECT_EQ(ids(jobs().List(user.id, {}, 2)), (std::vector{second.id, first.id}));
  EXPECT_EQ(ids(jobs().List(user.id, first.id, 10)), (std::vector{ingest}));
  EXPECT_EQ(ids(jobs().List(user.id, preview.id, 10)), (std::vector{first.id, ingest}));
  EXPECT_TRUE(jobs().List(user.id, ingest, 10).empty());
  EXPECT_TRUE(jobs().List(user.id, foreign.id, 10).empty());
  EXPECT_TRUE(jobs().List(user.id, JobId::New(), 10).empty());
  EXPECT_TRUE(jobs().List(user.id, {}, 0).empty());
  EXPECT_TRUE(jobs().List(user.id, {}, -1).empty());
  EXPECT_EQ(ids(jobs().OfVideo(user.id, video.id)),
            (std::vector{second.id, preview.id, first.id, ingest}));
  EXPECT_TRUE(jobs().OfVideo(other.id, video.id).empty());
}

TEST_P(JobQueueConformance, TellsWhatChangedInOrderAndOnlyThat) {
  const User user = AddUser(Tier::kPro), other = AddUser(Tier::kPro);
  const Video video = AddVideo(user), others = AddVideo(other);
  const NewJob first = Enqueue(user, video), second = Enqueue(user, video);
  int64_t rev = jobs().LastRev();
  const auto news = [&](int limit = 10) {
    const std::vector<Job> changed = jobs().ChangedSince(user.id, rev, limit);
    std::vector<JobId> ids;
    for (const Job& job : changed) {
      EXPECT_GT(job.rev, rev);
      ids.push_back(job.id);
      rev = job.rev;
    }
    EXPECT_LE(rev, jobs().LastRev());
    return ids;
  };
  EXPECT_TRUE(news().empty());

  Enqueue(other, others);
  EXPECT_TRUE(news().empty()) << "another user's";
  const Job running = Claim();
  EXPECT_EQ(news(), std::vector{first.id});
  jobs().Heartbeat(LeaseOf(running), JobStatus::kTracking, 10, now_);
  EXPECT_EQ(news(), std::vector{first.id});
  jobs().Heartbeat(LeaseOf(running), JobStatus::kTracking, 10, now_ + 1s);
  jobs().Checkpoint(LeaseOf(running), "{}", now_ + 2s);
  EXPECT_TRUE(news().empty()) << "a longer lease is no news";
  jobs().Cancel(user.id, second.id, now_);
  jobs().Heartbeat(LeaseOf(running), JobStatus::kTracking, 11, now_);
  EXPECT_EQ(news(1), std::vector{second.id});
  EXPECT_EQ(news(1), std::vector{first.id});
  jobs().Cancel(user.id, second.id, now_);
  EXPECT_TRUE(news().empty()) << "was cancelled before";
  jobs().Finish(LeaseOf(running), {}, now_);
  EXPECT_EQ(news(), std::vector{first.id});
  EXPECT_TRUE(jobs().ChangedSince(user.id, 0, -1).empty());
}

TEST_P(JobQueueConformance, TellsHowDeepTheQueueIs) {
  const User user = AddUser(), pro = AddUser(Tier::kPro), owner = AddUser(Tier::kLocal);
  const Video video = AddVideo(user), pros = AddVideo(pro), owners = AddVideo(owner);
  const auto depth = [&](JobKind kind, TierClass tier_class) {
    for (const QueueDepth& each : jobs().Depths()) {
      if (each.kind == kind && each.tier_class == tier_class) return each;
    }
    ADD_FAILURE();
    return QueueDepth{};
  };
  EXPECT_EQ(jobs().Depths().size(), 6u);

  const Time began = now_;
  Enqueue(user, video);
  Enqueue(pro, pros);
  now_ += 5s;
  Enqueue(owner, owners);
  Enqueue(owner, owners, JobKind::kPreview);
  now_ += 5s;
  jobs().Claim("worker", {JobKind::kPreview}, now_);

  EXPECT_EQ(depth(JobKind::kMask, TierClass::kFree).waiting, 1);
  EXPECT_EQ(depth(JobKind::kMask, TierClass::kPaid).waiting, 2);
  EXPECT_EQ(depth(JobKind::kMask, TierClass::kPaid).oldest_waiting_since, began);
  EXPECT_EQ(depth(JobKind::kMask, TierClass::kPaid).running, 0);
  EXPECT_EQ(depth(JobKind::kPreview, TierClass::kPaid).waiting, 0);
  EXPECT_EQ(depth(JobKind::kPreview, TierClass::kPaid).running, 1);
  EXPECT_EQ(depth(JobKind::kPreview, TierClass::kPaid).oldest_waiting_since, std::nullopt);
  EXPECT_EQ(depth(JobKind::kIngest, TierClass::kFree).waiting, 0);
  EXPECT_EQ(depth(JobKind::kIngest, TierClass::kFree).running, 0);
}

TEST_P(JobQueueConformance, ForgetsOldPreviewsAndNothingElse) {
  const User user = AddUser(Tier::kPro);
  const Video video = AddVideo(user);
  const NewJob old = Enqueue(user, video, JobKind::kPreview);
  jobs().Finish(LeaseOf(Claim(JobKind::kPreview)), {}, now_);
  const NewJob mask = Enqueue(user, video);
  jobs().Finish(LeaseOf(Claim()), {}, now_);
  const NewJob waits = Enqueue(user, video, JobKind::kPreview);
  const int64_t rev = jobs().LastRev();

  EXPECT_EQ(jobs().ForgetPreviews(now_), 0);
  EXPECT_EQ(jobs().ForgetPreviews(now_ + 1ms), 1);
  EXPECT_EQ(jobs().ForgetPreviews(now_ + 24h), 0);

  EXPECT_FALSE(jobs().Get(user.id, old.id));
  EXPECT_TRUE(jobs().Get(user.id, mask.id));
  EXPECT_TRUE(jobs().Get(user.id, waits.id));
  EXPECT_EQ(jobs().LastRev(), rev);
}

}  // namespace tapmask
