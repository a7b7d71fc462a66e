// SPDX-License-Identifier: Apache-2.0
// Whose turn it is.
#include <algorithm>
#include <map>

#include "tapmask/store/store_conformance.h"

namespace tapmask {

using namespace std::chrono_literals;

TEST_P(JobFairnessConformance, ServesOneUserInTheOrderOfAsking) {
  OpenUp();
  const User user = AddUser();
  const Video video = AddVideo(user);
  std::vector<JobId> asked, served;
  for (int i = 0; i < 20; ++i) asked.push_back(Enqueue(user, video).id);

  for (int i = 0; i < 20; ++i) served.push_back(Claim().id);

  EXPECT_EQ(served, asked);
}

TEST_P(JobFairnessConformance, ServesPaidUsersFourTurnsOfFive) {
  OpenUp();
  const User free = AddUser(), pro = AddUser(Tier::kPro);
  const Video frees = AddVideo(free), pros = AddVideo(pro);
  for (int i = 0; i < 50; ++i) {
    Enqueue(free, frees);
    Enqueue(pro, pros);
  }

  for (int turn = 0; turn < 50; ++turn) {
    EXPECT_EQ(Claim().tier, turn % 5 == 0 ? Tier::kFree : Tier::kPro) << turn;
  }
}

TEST_P(JobFairnessConformance, GivesATurnAwayThatNobodyWants) {
  OpenUp();
  const User free = AddUser(), pro = AddUser(Tier::kPro);
  const Video frees = AddVideo(free), pros = AddVideo(pro);
  for (int i = 0; i < 7; ++i) Enqueue(free, frees);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(Claim().tier, Tier::kFree);
  for (int i = 0; i < 7; ++i) Enqueue(pro, pros);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(Claim().tier, Tier::kPro);
}

TEST_P(JobFairnessConformance, CountsTheTurnsOfEachKindApart) {
  OpenUp();
  const User free = AddUser(), pro = AddUser(Tier::kPro);
  const Video frees = AddVideo(free), pros = AddVideo(pro);
  for (const JobKind kind : {JobKind::kMask, JobKind::kPreview}) {
    for (int i = 0; i < 5; ++i) {
      Enqueue(free, frees, kind);
      Enqueue(pro, pros, kind);
    }
  }

  for (int turn = 0; turn < 5; ++turn) {
    const Tier expected = turn == 0 ? Tier::kFree : Tier::kPro;
    EXPECT_EQ(Claim(JobKind::kMask).tier, expected) << turn;
    EXPECT_EQ(Claim(JobKind::kPreview).tier, expected) << turn;
  }
}

TEST_P(JobFairnessConformance, TakesUsersInTurnHoweverManyJobsTheyHave) {
  OpenUp();
  const User many = AddUser(), few = AddUser();
  const Video manys = AddVideo(many), fews = AddVideo(few);
  for (int i = 0; i < 100; ++i) Enqueue(many, manys);
  Enqueue(few, fews);
  Enqueue(few, fews);

  std::string order;
  for (int i = 0; i < 6; ++i) order += Claim().user_id == many.id ? 'm' : 'f';

  EXPECT_EQ(order, "mfmfmm");
}

TEST_P(JobFairnessConformance, ServesALateUserSoonButNotForAllTheTimeBefore) {
  OpenUp();
  const User busy = AddUser();
  const Video busys = AddVideo(busy);
  for (int i = 0; i < 60; ++i) Enqueue(busy, busys);
  for (int i = 0; i < 30; ++i) Claim();
  const User late = AddUser();
  const Video lates = AddVideo(late);
  for (int i = 0; i < 30; ++i) Enqueue(late, lates);

  std::string order;
  for (int i = 0; i < 8; ++i) order += Claim().user_id == busy.id ? 'b' : 'l';

  EXPECT_TRUE(order == "lblblblb" || order == "blblblbl") << order;
}

TEST_P(JobFairnessConformance, SharesEquallyAmongManyUsers) {
  OpenUp();
  std::vector<User> users;
  for (int i = 0; i < 7; ++i) users.push_back(AddUser(i % 2 ? Tier::kPro : Tier::kLocal));
  for (size_t i = 0; i < users.size(); ++i) {
    const Video video = AddVideo(users[i]);
    for (size_t j = 0; j < 6 + 5 * i; ++j) Enqueue(users[i], video);
  }

  std::map<UserId, int> served;
  for (int i = 0; i < 42; ++i) {
    ++served[Claim().user_id];
    int least = 1'000, most = 0;
    for (const User& user : users) {
      least = std::min(least, served[user.id]);
      most = std::max(most, served[user.id]);
    }
    EXPECT_LE(most - least, 1) << i;
  }
}

TEST_P(JobFairnessConformance, PassesOverUsersWhoHaveAsManyRunningAsTheyMay) {
  rules_.tiers.free.max_running_jobs = 1;
  rules_.tiers.free.videos_per_month = std::nullopt;
  const User first = AddUser(), second = AddUser();
  const Video firsts = AddVideo(first), seconds = AddVideo(second);
  Enqueue(first, firsts);
  Enqueue(first, firsts);
  Enqueue(first, firsts, JobKind::kPreview);
  Enqueue(second, seconds);

  const Job running = Claim();
  EXPECT_EQ(running.user_id, first.id);
  EXPECT_EQ(Claim().user_id, second.id);
  EXPECT_FALSE(IsSomethingDue());
  EXPECT_EQ(Claim(JobKind::kPreview).user_id, first.id) << "of another kind";

  jobs().Finish(LeaseOf(running), {}, now_);
  EXPECT_EQ(Claim().user_id, first.id);
}

TEST_P(JobFairnessConformance, LooksBeyondAnyNumberOfUsersWhoMayNotBeServed) {
  rules_.tiers.free.max_running_jobs = 1;
  for (int i = 0; i < 40; ++i) {
    const User user = AddUser();
    const Video video = AddVideo(user);
    Enqueue(user, video);
    Enqueue(user, video);
    Claim();
  }
  ASSERT_FALSE(IsSomethingDue());
  const User last = AddUser();
  Enqueue(last, AddVideo(last));

  EXPECT_EQ(Claim().user_id, last.id);
}

TEST_P(JobFairnessConformance, ServesKindsInTheOrderTheyAreAskedFor) {
  OpenUp();
  const User user = AddUser();
  const Video video = AddVideo(user);
  Enqueue(user, video, JobKind::kMask);
  Enqueue(user, video, JobKind::kPreview);
  Enqueue(user, video, JobKind::kPreview);
  const std::vector kinds{JobKind::kPreview, JobKind::kMask};

  EXPECT_EQ(jobs().Claim("w", kinds, now_)->kind, JobKind::kPreview);
  EXPECT_EQ(jobs().Claim("w", kinds, now_)->kind, JobKind::kPreview);
  EXPECT_EQ(jobs().Claim("w", kinds, now_)->kind, JobKind::kMask);
  EXPECT_FALSE(jobs().Claim("w", kinds, now_));
  Enqueue(user, video, JobKind::kMask);
  EXPECT_FALSE(jobs().Claim("w", {}, now_));
  EXPECT_FALSE(jobs().Claim("w", {JobKind::kIngest}, now_));
}

TEST_P(JobFairnessConformance, PutsWhatComesBackBeforeTheUsersOtherJobs) {
  OpenUp();
  const User user = AddUser();
  const Video video = AddVideo(user);
  std::vector<JobId> asked;
  for (int i = 0; i < 5; ++i) asked.push_back(Enqueue(user, video).id);
  const Job first = Claim(), second = Claim(), third = Claim();

  jobs().Release(LeaseOf(third), now_);
  jobs().Release(LeaseOf(first), now_);
  now_ += kLease;
  jobs().Reap(now_);  // The second.

  for (int i = 0; i < 5; ++i) EXPECT_EQ(Claim().id, asked[static_cast<size_t>(i)]) << i;
}

TEST_P(JobFairnessConformance, LetsLaterJobsPassOneThatWaitsForItsNextAttempt) {
  OpenUp();
  const User user = AddUser();
  const Video video = AddVideo(user);
  const NewJob first = Enqueue(user, video), second = Enqueue(user, video),
               third = Enqueue(user, video);
  jobs().Fail(LeaseOf(Claim()), {"unavailable", "Not now.", true}, now_);

  EXPECT_EQ(Claim().id, second.id);
  now_ += rules_.first_backoff - 1ms;
  EXPECT_EQ(Get(first).not_before, now_ + 1ms);
  now_ += 1ms;
  EXPECT_EQ(Claim().id, first.id);
  EXPECT_EQ(Claim().id, third.id);
}

TEST_P(JobFairnessConformance, LooksAtTheLimitOfTheTierThatAJobWasMadeWith) {
  OpenUp();
  rules_.tiers.pro.max_running_jobs = 1;
  rules_.tiers.local.max_running_jobs = 2;
  const User user = AddUser(Tier::kPro);
  const Video video = AddVideo(user);
  const NewJob first = Enqueue(user, video), second = Enqueue(user, video);
  NewJob third = NewJobOf(user, video), fourth = NewJobOf(user, video);
  third.tier = fourth.tier = Tier::kLocal;
  ASSERT_EQ(jobs().Enqueue(third, now_), Enqueued::kNew);
  ASSERT_EQ(jobs().Enqueue(fourth, now_), Enqueued::kNew);

  const Job running = Claim();
  EXPECT_EQ(running.id, first.id);
  EXPECT_EQ(Claim().id, third.id) << "the second is of a tier that may have one";
  EXPECT_FALSE(IsSomethingDue());
  jobs().Finish(LeaseOf(running), {}, now_);
  EXPECT_EQ(Claim().id, fourth.id);
}

TEST_P(JobFairnessConformance, CountsJobsOfEitherClassAsRunning) {
  OpenUp();
  rules_.tiers.pro.max_running_jobs = 1;
  const User user = AddUser();
  const Video video = AddVideo(user);
  Enqueue(user, video);
  NewJob paid = NewJobOf(user, video);
  paid.tier = Tier::kPro;
  ASSERT_EQ(jobs().Enqueue(paid, now_), Enqueued::kNew);

  const Job running = Claim();
  EXPECT_EQ(running.tier, Tier::kFree);
  EXPECT_FALSE(IsSomethingDue());
  jobs().Finish(LeaseOf(running), {}, now_);
  EXPECT_EQ(Claim().id, paid.id);
}

TEST_P(JobFairnessConformance, GivesOneTurnAtMostForHavingBeenPassedOver) {
  OpenUp();
  rules_.tiers.pro.max_running_jobs = 1;
  const User slow = AddUser(Tier::kPro), busy = AddUser(Tier::kLocal);
  const Video slows = AddVideo(slow), busys = AddVideo(busy);
  for (int i = 0; i < 10; ++i) Enqueue(slow, slows);
  for (int i = 0; i < 40; ++i) Enqueue(busy, busys);
  const Job first = Claim();
  ASSERT_EQ(first.user_id, slow.id);
  for (int i = 0; i < 20; ++i) ASSERT_EQ(Claim().user_id, busy.id) << i;

  jobs().Finish(LeaseOf(first), {}, now_);
  std::string order;
  for (int i = 0; i < 6; ++i) {
    const Job job = Claim();
    order += job.user_id == slow.id ? 's' : 'b';
    if (job.user_id == slow.id) jobs().Finish(LeaseOf(job), {}, now_);
  }

  EXPECT_EQ(order, "ssbsbs") << "at the class's time, then level with the other";
}

TEST_P(JobFairnessConformance, HoldsBackWhatIsNotDueByAClockThatIsBehind) {
  OpenUp();
  const User user = AddUser(), other = AddUser();
  const Video video = AddVideo(user), others = AddVideo(other);
  const NewJob first = Enqueue(user, video), second = Enqueue(user, video);
  jobs().Fail(LeaseOf(Claim()), {"unavailable", "Not now.", true}, now_);
  const NewJob third = Enqueue(other, others);
  now_ += rules_.first_backoff;
  EXPECT_EQ(Claim().id, third.id) << "by which the first was found to be due";

  now_ -= 1ms;
  EXPECT_EQ(Claim().id, second.id);
  EXPECT_FALSE(IsSomethingDue());
  now_ += 1ms;
  EXPECT_EQ(Claim().id, first.id);
}

TEST_P(JobFairnessConformance, HasRoomAgainWheneverAJobWaitsNoMore) {
  OpenUp();
  rules_.max_queued = 3;
  const User user = AddUser();
  const Video video = AddVideo(user), deleted = AddVideo(user);
  const auto is_full = [&] {
    return jobs().Enqueue(NewJobOf(user, video), now_) == Enqueued::kQueueFull;
  };
  const NewJob claimed = Enqueue(user, video), cancelled = Enqueue(user, video);
  Enqueue(user, deleted);
  ASSERT_TRUE(is_full());

  ASSERT_TRUE(jobs().Cancel(user.id, cancelled.id, now_));
  Enqueue(user, video);
  EXPECT_TRUE(is_full());
  ASSERT_TRUE(videos().Delete(user.id, deleted.id, "deleted", now_));
  Enqueue(user, video);
  EXPECT_TRUE(is_full());
  const Job running = Claim();
  ASSERT_EQ(running.id, claimed.id);
  Enqueue(user, video);
  EXPECT_TRUE(is_full());
  jobs().Fail(LeaseOf(running), {"unavailable", "Not now.", true}, now_);
  Claim();
  EXPECT_TRUE(is_full()) << "one that waits for its next attempt waits, too";
  Claim();
  EXPECT_FALSE(is_full());
}

}  // namespace tapmask
