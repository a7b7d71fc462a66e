// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/store_conformance.h"

namespace tapmask {

using namespace std::chrono_literals;

namespace {

Mail MailOf(const User& user, MailKind kind, Time now) {
  Mail mail;
  mail.id = MailId::New();
  mail.kind = kind;
  mail.user_id = user.id;
  mail.link = "/verify?token=1%26&x='";
  mail.created_at = now;
  return mail;
}

}  // namespace

TEST_P(MailOutboxConformance, GivesMailsTheOldestFirstAndEachToOne) {
  const User user = AddUser();
  MailOutbox& outbox = stores().mails();
  const Mail late = MailOf(user, MailKind::kVerifyEmail, now_);
  const Mail early = MailOf(user, MailKind::kResetPassword, now_ - 1h);
  ASSERT_TRUE(outbox.Add(late));
  ASSERT_TRUE(outbox.Add(early));

  const std::optional<Mail> first = outbox.Take(now_, now_ + 1min);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->id, early.id);
  EXPECT_EQ(first->kind, MailKind::kResetPassword);
  EXPECT_EQ(first->user_id, user.id);
  EXPECT_EQ(first->job_id, std::nullopt);
  EXPECT_EQ(first->link, early.link);
  EXPECT_EQ(first->created_at, now_ - 1h);
  EXPECT_EQ(first->attempts, 1);
  EXPECT_EQ(outbox.Take(now_, now_ + 1min)->id, late.id);
  EXPECT_FALSE(outbox.Take(now_, now_ + 1min));
}

TEST_P(MailOutboxConformance, GivesAMailAgainWhenItsHolderSaysNothing) {
  const User user = AddUser();
  MailOutbox& outbox = stores().mails();
  ASSERT_TRUE(outbox.Add(MailOf(user, MailKind::kVerifyEmail, now_)));
  ASSERT_TRUE(outbox.Take(now_, now_ + 1min));

  EXPECT_FALSE(outbox.Take(now_ + 1min - 1ms, now_ + 2min));
  const std::optional<Mail> again = outbox.Take(now_ + 1min, now_ + 2min);

  ASSERT_TRUE(again);
  EXPECT_EQ(again->attempts, 2);
}

TEST_P(MailOutboxConformance, SendsOnceAndTriesAgainWhenToldSo) {
  const User user = AddUser();
  MailOutbox& outbox = stores().mails();
  const Mail mail = MailOf(user, MailKind::kVerifyEmail, now_);
  ASSERT_TRUE(outbox.Add(mail));

  ASSERT_TRUE(outbox.Take(now_, now_ + 1min));
  outbox.NotSent(mail.id, now_ + 10min);
  EXPECT_FALSE(outbox.Take(now_ + 10min - 1ms, now_ + 11min));
  ASSERT_TRUE(outbox.Take(now_ + 10min, now_ + 11min));
  outbox.Sent(mail.id, now_ + 10min);

  EXPECT_FALSE(outbox.Take(now_ + 24h, now_ + 25h));
  outbox.NotSent(mail.id, now_ + 11min);  // From a sender that was slow.
  EXPECT_FALSE(outbox.Take(now_ + 24h, now_ + 25h));
  EXPECT_NO_THROW(outbox.Sent(MailId::New(), now_));
}

TEST_P(MailOutboxConformance, GivesUpWhenToldSo) {
  const User user = AddUser();
  MailOutbox& outbox = stores().mails();
  const Mail mail = MailOf(user, MailKind::kVerifyEmail, now_);
  ASSERT_TRUE(outbox.Add(mail));
  ASSERT_TRUE(outbox.Take(now_, now_ + 1min));

  outbox.NotSent(mail.id, std::nullopt);

  EXPECT_FALSE(outbox.Take(now_ + 24h, now_ + 25h));
  EXPECT_EQ(outbox.Forget(now_ + 24h), 1);
}

TEST_P(MailOutboxConformance, HasOneMailOfAKindForAJobEvenAfterItWasForgotten) {
  const User user = AddUser();
  MailOutbox& outbox = stores().mails();
  Mail mail = MailOf(user, MailKind::kJobComplete, now_);
  mail.job_id = JobId::New();
  const auto again = [&] {
    mail.id = MailId::New();
    return outbox.Add(mail);
  };
  ASSERT_TRUE(outbox.Add(mail));
  const MailId first = mail.id;

  EXPECT_FALSE(again());
  EXPECT_EQ(outbox.Take(now_, now_ + 1min)->job_id, mail.job_id);
  outbox.Sent(first, now_);
  EXPECT_FALSE(again());
  EXPECT_EQ(outbox.Forget(now_), 0);
  EXPECT_EQ(outbox.Forget(now_ + 1ms), 1);
  EXPECT_EQ(outbox.Forget(now_ + 1ms), 0);
  EXPECT_FALSE(again());

  mail.kind = MailKind::kJobFailed;
  EXPECT_TRUE(again());
  mail.kind = MailKind::kJobComplete;
  mail.job_id = JobId::New();
  EXPECT_TRUE(again());
  // Without a job there may be many.
  EXPECT_TRUE(outbox.Add(MailOf(user, MailKind::kVerifyEmail, now_)));
  EXPECT_TRUE(outbox.Add(MailOf(user, MailKind::kVerifyEmail, now_)));
}

TEST_P(MailOutboxConformance, IsFilledOnceByTheEndOfAJobThatAskedForIt) {
  const User user = AddUser(Tier::kPro);
  const Video video = AddVideo(user);
  NewJob wants = NewJobOf(user, video), fails = NewJobOf(user, video);
  wants.wants_mail = fails.wants_mail = true;
  for (const NewJob& job : {wants, fails, NewJobOf(user, video)}) {
    ASSERT_EQ(jobs().Enqueue(job, now_), Enqueued::kNew);
  }
  const Job first = Claim(), second = Claim(), third = Claim();
  EXPECT_FALSE(TakeMail());

  jobs().Finish(LeaseOf(first), {}, now_);
  jobs().Finish(LeaseOf(first), {}, now_);  // Its answer was lost, say.
  jobs().Fail(LeaseOf(second), {"too_large", "It is too large.", false}, now_ + 1ms);
  jobs().Finish(LeaseOf(third), {}, now_);

  const std::optional<Mail> complete = TakeMail();
  ASSERT_TRUE(complete);
  EXPECT_EQ(complete->kind, MailKind::kJobComplete);
  EXPECT_EQ(complete->job_id, wants.id);
  EXPECT_EQ(complete->user_id, user.id);
  EXPECT_EQ(complete->link, JobLink(wants.id));
  EXPECT_EQ(complete->created_at, now_);
  now_ += 1ms;
  const std::optional<Mail> failed = TakeMail();
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->kind, MailKind::kJobFailed);
  EXPECT_EQ(failed->job_id, fails.id);
  EXPECT_FALSE(TakeMail());
}

TEST_P(MailOutboxConformance, IsSilentOnCancelledJobsAndOnAttemptsThatPass) {
  const User user = AddUser(Tier::kPro);
  const Video video = AddVideo(user);
  NewJob job = NewJobOf(user, video);
  job.wants_mail = true;
  ASSERT_EQ(jobs().Enqueue(job, now_), Enqueued::kNew);

  jobs().Fail(LeaseOf(Claim()), {"unavailable", "Not now.", true}, now_);
  now_ += 1h;
  const Job second = Claim();
  ASSERT_TRUE(jobs().Cancel(user.id, job.id, now_));
  ASSERT_EQ(jobs().Cancelled(LeaseOf(second), now_), LeaseAnswer::kHeld);

  EXPECT_EQ(Get(job).status, JobStatus::kCancelled);
  EXPECT_FALSE(TakeMail());
}

TEST_P(MailOutboxConformance, IsToldWhenAWorkerWasLostForTheLastTime) {
  const User user = AddUser();
  NewJob job = NewJobOf(user, AddVideo(user));
  job.wants_mail = true;
  ASSERT_EQ(jobs().Enqueue(job, now_), Enqueued::kNew);
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    EXPECT_FALSE(TakeMail());
    Claim();
    now_ += kLease;
    ASSERT_EQ(jobs().Reap(now_), 1);
  }

  const std::optional<Mail> mail = TakeMail();
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->kind, MailKind::kJobFailed);
  EXPECT_FALSE(TakeMail());
}

TEST_P(MailOutboxConformance, SaysNothingMoreOfAVideoThatWasDeleted) {
  const User user = AddUser(Tier::kPro);
  const Video video = AddVideo(user);
  NewJob waits = NewJobOf(user, video), runs = NewJobOf(user, video);
  waits.wants_mail = runs.wants_mail = true;
  for (const NewJob& job : {waits, runs}) ASSERT_EQ(jobs().Enqueue(job, now_), Enqueued::kNew);
  jobs().Finish(LeaseOf(Claim()), {}, now_);
  const Job running = Claim();

  ASSERT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));
  jobs().Fail(LeaseOf(running), {"not_found", "The video is gone.", false}, now_);

  EXPECT_FALSE(TakeMail());
}

}  // namespace tapmask
