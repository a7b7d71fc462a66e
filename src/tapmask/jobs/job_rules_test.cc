// SPDX-License-Identifier: Apache-2.0
#include "tapmask/jobs/job_rules.h"

#include <chrono>

#include <gtest/gtest.h>

#include "tapmask/jobs/job.h"
#include "tapmask/jobs/mail_outbox.h"
#include "tapmask/jobs/video.h"

namespace tapmask {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

TEST(Backoff, DoublesWithEachAttemptAndStaysFinite) {
  JobRules rules;
  rules.first_backoff = 2s;

  EXPECT_EQ(Backoff(rules, 1), 2s);
  EXPECT_EQ(Backoff(rules, 2), 4s);
  EXPECT_EQ(Backoff(rules, 3), 8s);
  EXPECT_EQ(Backoff(rules, 0), 2s);
  EXPECT_EQ(Backoff(rules, 1'000'000), 2s * 1024);
  EXPECT_EQ(Backoff(rules, -5), 2s);
}

TEST(FirstServed, GivesTheFreeTierEveryFifthTurn) {
  int free = 0;
  for (int64_t turn = 0; turn < 100; ++turn) {
    if (FirstServed(turn) == TierClass::kFree) ++free;
    if (turn % 5 == 4) {
      EXPECT_EQ(free, (turn + 1) / 5);
    }
  }
  EXPECT_EQ(free, 20);
}

TEST(ClassOf, PutsProAndLocalTogether) {
  EXPECT_EQ(ClassOf(Tier::kFree), TierClass::kFree);
  EXPECT_EQ(ClassOf(Tier::kPro), TierClass::kPaid);
  EXPECT_EQ(ClassOf(Tier::kLocal), TierClass::kPaid);
}

TEST(NextQuotaReset, IsTheFirstDayItselfUntilThen) {
  const Time anchor = sys_days(2026y / 3 / 15) + 10h;

  EXPECT_EQ(NextQuotaReset(anchor, anchor - 400 * 24h), anchor);
  EXPECT_EQ(NextQuotaReset(anchor, anchor - 1ms), anchor);
}

TEST(NextQuotaReset, ComesMonthlyAtTheSameTimeOfDay) {
  const Time anchor = sys_days(2026y / 3 / 15) + 10h + 1ms;

  EXPECT_EQ(NextQuotaReset(anchor, anchor), sys_days(2026y / 4 / 15) + 10h + 1ms);
  EXPECT_EQ(NextQuotaReset(anchor, sys_days(2026y / 4 / 15) + 10h),
            sys_days(2026y / 4 / 15) + 10h + 1ms);
  EXPECT_EQ(NextQuotaReset(anchor, sys_days(2026y / 4 / 15) + 10h + 1ms),
            sys_days(2026y / 5 / 15) + 10h + 1ms);
  EXPECT_EQ(NextQuotaReset(anchor, sys_days(2026y / 12 / 31)),
            sys_days(2027y / 1 / 15) + 10h + 1ms);
  EXPECT_EQ(NextQuotaReset(anchor, sys_days(2126y / 3 / 1)), sys_days(2126y / 3 / 15) + 10h + 1ms);
}

TEST(NextQuotaReset, TakesTheLastDayOfAShortMonthAndComesBackToTheLaterDay) {
  const Time anchor = sys_days(2024y / 1 / 31) + 8h;

  EXPECT_EQ(NextQuotaReset(anchor, anchor), sys_days(2024y / 2 / 29) + 8h);
  EXPECT_EQ(NextQuotaReset(anchor, sys_days(2024y / 2 / 29) + 8h), sys_days(2024y / 3 / 31) + 8h);
  EXPECT_EQ(NextQuotaReset(anchor, sys_days(2024y / 3 / 31) + 8h), sys_days(2024y / 4 / 30) + 8h);
  EXPECT_EQ(NextQuotaReset(anchor, sys_days(2025y / 2 / 1)), sys_days(2025y / 2 / 28) + 8h);
  // 29 February, in a year without one.
  EXPECT_EQ(NextQuotaReset(sys_days(2024y / 2 / 29), sys_days(2025y / 2 / 20)),
            sys_days(2025y / 2 / 28));
}

// However `now` moves, the answer is later, not by more than a month, and never goes back.
TEST(NextQuotaReset, CutsTimeIntoMonthsWithoutGapsOrOverlap) {
  for (const Time anchor : {Time(sys_days(2023y / 10 / 31) + 23h + 59min),
                            Time(sys_days(2024y / 2 / 29)), Time(sys_days(2024y / 12 / 1) + 1s)}) {
    Time before = anchor;
    for (Time now = anchor; now < anchor + 24h * 1500; now += 7h) {
      const Time next = NextQuotaReset(anchor, now);
      ASSERT_GT(next, now);
      ASSERT_LE(next - now, 31 * 24h);
      ASSERT_GE(next, before);
      if (next != before) {
        ASSERT_LE(before, now) << "a month was cut short";
      }
      before = next;
    }
  }
}

TEST(Names, AreReadAsTheyAreWritten) {
  for (const Tier tier : {Tier::kFree, Tier::kPro, Tier::kLocal}) {
    EXPECT_EQ(ParseTier(TierName(tier)), tier);
  }
  for (const JobKind kind : {JobKind::kIngest, JobKind::kPreview, JobKind::kMask}) {
    EXPECT_EQ(ParseJobKind(JobKindName(kind)), kind);
  }
  for (const VideoState state :
       {VideoState::kIngesting, VideoState::kReady, VideoState::kRefused}) {
    EXPECT_EQ(ParseVideoState(VideoStateName(state)), state);
  }
  for (const MailKind kind : {MailKind::kVerifyEmail, MailKind::kResetPassword,
                              MailKind::kJobComplete, MailKind::kJobFailed}) {
    EXPECT_EQ(ParseMailKind(MailKindName(kind)), kind);
  }
  for (const char* name : {"", "Free", "mask ", "ready\n", "none"}) {
    EXPECT_EQ(ParseTier(name), std::nullopt);
    EXPECT_EQ(ParseJobKind(name), std::nullopt);
    EXPECT_EQ(ParseVideoState(name), std::nullopt);
    EXPECT_EQ(ParseMailKind(name), std::nullopt);
  }
}

TEST(TierClasses, HaveNamesForMetrics) {
  EXPECT_EQ(TierClassName(ClassOf(Tier::kFree)), "free");
  EXPECT_EQ(TierClassName(ClassOf(Tier::kPro)), "paid");
  EXPECT_EQ(TierClassName(ClassOf(Tier::kLocal)), "paid");
}

TEST(Tiers, AllowMoreWhereMoreIsPaid) {
  const Tiers tiers;

  EXPECT_EQ(tiers.Of(Tier::kFree).videos_per_month, 5);
  EXPECT_EQ(tiers.Of(Tier::kPro).videos_per_month, 100);
  EXPECT_EQ(tiers.Of(Tier::kLocal).videos_per_month, std::nullopt);
  const TierLimits* lower = nullptr;
  for (const Tier tier : {Tier::kFree, Tier::kPro, Tier::kLocal}) {
    const TierLimits& limits = tiers.Of(tier);
    EXPECT_GE(limits.max_stored_bytes, limits.max_file_bytes);
    EXPECT_GE(limits.max_long_side_px, limits.max_short_side_px);
    EXPECT_GE(limits.max_frames, limits.max_duration.count() * 25);
    if (lower) {
      EXPECT_GT(limits.max_file_bytes, lower->max_file_bytes);
      EXPECT_GT(limits.max_duration, lower->max_duration);
      EXPECT_GT(limits.max_long_side_px, lower->max_long_side_px);
      EXPECT_GT(limits.max_frames, lower->max_frames);
      EXPECT_GT(limits.max_stored_bytes, lower->max_stored_bytes);
      EXPECT_GT(limits.max_waiting_jobs, lower->max_waiting_jobs);
      EXPECT_GT(limits.max_running_jobs, lower->max_running_jobs);
    }
    lower = &limits;
  }
}

}  // namespace
}  // namespace tapmask
