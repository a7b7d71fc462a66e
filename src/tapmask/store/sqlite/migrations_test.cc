// SPDX-License-Identifier: Apache-2.0
// Databases of earlier layouts, and what the present one derives from the jobs.
#include "tapmask/store/sqlite/migrations.h"

#include <filesystem>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/store/job_store_walk.h"
#include "tapmask/store/sqlite/connection.h"
#include "tapmask/store/sqlite/sqlite_under_test.h"
#include "tapmask/store/store_conformance.h"

namespace tapmask {
namespace {

using namespace std::chrono_literals;
using sqlite::Connection;

class Migrations : public StoreConformance {
 protected:
  std::filesystem::path File() { return DatabaseIn(place_); }
};
class JobLines : public Migrations {};

INSTANTIATE_TEST_SUITE_P(Sqlite, Migrations, ::testing::Values(SqliteUnderTest()));
INSTANTIATE_TEST_SUITE_P(Sqlite, JobLines, ::testing::Values(SqliteUnderTest()));

// Takes back what the third step made.
void ToSecondLayout(Connection& connection) {
  connection.Execute(R"(
DROP TRIGGER jobs_new_waits;
DROP TRIGGER jobs_waits_again;
DROP TRIGGER jobs_waits_no_more;
DROP TRIGGER jobs_waiting_is_gone;
DROP TRIGGER jobs_new_in_line;
DROP TRIGGER jobs_enters_line;
DROP TRIGGER jobs_leaves_line;
DROP TRIGGER jobs_in_line_is_gone;
DROP TABLE lines;
DROP TABLE waiting;
DROP INDEX jobs_waiting;
DROP INDEX jobs_waiting_since;
DROP INDEX jobs_delayed;
ALTER TABLE jobs DROP COLUMN in_line;
CREATE INDEX jobs_waiting ON jobs (kind, tier_class, user_id, seq, not_before, tier)
  WHERE status = 'queued';
CREATE INDEX jobs_waiting_user ON jobs (user_id, kind) WHERE status = 'queued';
PRAGMA user_version = 2)");
}

// What follows from the jobs is what they say.
void ExpectDerivedIsExact(const std::filesystem::path& file) {
  Connection connection(file, 1s);
  EXPECT_FALSE(connection.Exists(R"(
SELECT 1 FROM jobs WHERE status = 'queued' AND not_before = 0 AND in_line = 0)"));
  for (const char* one_but_not_the_other : {
           R"(
SELECT user_id, kind, tier, tier_class, head_seq FROM lines EXCEPT
SELECT user_id, kind, tier, tier_class, MIN(seq) FROM jobs WHERE in_line = 1
GROUP BY user_id, kind, tier)",
           R"(
SELECT user_id, kind, tier, tier_class, MIN(seq) FROM jobs WHERE in_line = 1
GROUP BY user_id, kind, tier EXCEPT
SELECT user_id, kind, tier, tier_class, head_seq FROM lines)",
           R"(
SELECT kind, tier_class, jobs FROM waiting WHERE jobs <> 0 EXCEPT
SELECT kind, tier_class, COUNT(*) FROM jobs WHERE status = 'queued' GROUP BY kind, tier_class)",
           R"(
SELECT kind, tier_class, COUNT(*) FROM jobs WHERE status = 'queued' GROUP BY kind, tier_class EXCEPT
SELECT kind, tier_class, jobs FROM waiting)",
           R"(
SELECT 1 FROM lines l
LEFT JOIN class_times c ON c.kind = l.kind AND c.tier_class = l.tier_class
LEFT JOIN user_times u ON u.kind = l.kind AND u.tier_class = l.tier_class AND u.user_id = l.user_id
WHERE MAX(l.begin, COALESCE(c.virtual_time, 0)) <>
  MAX(COALESCE(u.virtual_time, 0), COALESCE(c.virtual_time, 0)))",
       }) {
    EXPECT_FALSE(connection.Exists(one_but_not_the_other)) << one_but_not_the_other;
  }
}

void ExpectSameDepths(const std::vector<QueueDepth>& some, const std::vector<QueueDepth>& others) {
  ASSERT_EQ(some.size(), others.size());
  for (size_t i = 0; i < some.size(); ++i) {
    EXPECT_EQ(some[i].waiting, others[i].waiting) << i;
    EXPECT_EQ(some[i].running, others[i].running) << i;
    EXPECT_EQ(some[i].oldest_waiting_since, others[i].oldest_waiting_since) << i;
  }
}

TEST_P(Migrations, BringsTheFirstLayoutToThePresentOne) {
  const User user = AddUser();
  const Video video = AddVideo(user);
  Close();
  {
    Connection connection(File(), 1s);
    ToSecondLayout(connection);
    connection.Execute(R"(
DROP TRIGGER sessions_of_open_accounts;
DROP TRIGGER api_keys_of_open_accounts;
DROP TRIGGER tickets_of_open_accounts;
DROP TRIGGER videos_of_open_accounts;
DROP TRIGGER uploads_of_open_accounts;
DROP TRIGGER mails_to_open_accounts;
DROP TRIGGER uploads_of_closed_accounts_expire;
DROP INDEX users_closed;
ALTER TABLE users DROP COLUMN closed_at;
PRAGMA user_version = 1)");
  }

  EXPECT_EQ(stores().users().Get(user.id)->email, user.email);
  EXPECT_FALSE(stores().users().Get(user.id)->closed_at);
  EXPECT_TRUE(videos().Get(user.id, video.id, now_));
  EXPECT_TRUE(stores().users().Close(user.id, now_));
  EXPECT_EQ(stores().users().Get(user.id)->closed_at, now_);
  EXPECT_FALSE(videos().Get(user.id, video.id, now_));
}

TEST_P(Migrations, ClaimsFromADatabaseOfTheSecondLayoutAsFromItsOwn) {
  rules_.tiers.free.max_running_jobs = 1;
  rules_.tiers.pro.max_running_jobs = 2;
  std::vector<std::pair<User, Video>> owners;
  for (const Tier tier : {Tier::kFree, Tier::kFree, Tier::kPro, Tier::kPro, Tier::kLocal}) {
    const User user = AddUser(tier);
    owners.emplace_back(user, AddVideo(user));
  }
  for (int i = 0; i < 4; ++i) {
    for (const auto& [user, video] : owners) {
      NewJob job = NewJobOf(user, video, i == 2 ? JobKind::kPreview : JobKind::kMask);
      if (i == 3 && user.tier == Tier::kPro) job.tier = Tier::kLocal;
      ASSERT_EQ(jobs().Enqueue(job, now_), Enqueued::kNew);
      now_ += 1ms;
    }
  }
  // Some have ended, some run, some wait for their next attempt.
  for (int i = 0; i < 2; ++i) jobs().Finish(LeaseOf(Claim()), {}, now_);
  for (int i = 0; i < 3; ++i) {
    jobs().Fail(LeaseOf(Claim()), {"unavailable", "Not now.", true}, now_);
  }
  for (int i = 0; i < 3; ++i) Claim();
  Claim(JobKind::kPreview);
  Close();
  std::filesystem::copy(File(), place_ / "twin.db");
  {
    Connection connection(File(), 1s);
    ToSecondLayout(connection);
  }

  const auto twin = OpenSqliteStores(place_ / "twin.db", rules_);
  ExpectSameDepths(jobs().Depths(), twin->jobs().Depths());
  ExpectDerivedIsExact(File());
  Connection connection(File(), 1s);
  ASSERT_EQ(Number(connection, "SELECT COUNT(*) FROM jobs WHERE status = 'queued'"), 14);
  ASSERT_EQ(Number(connection, "SELECT SUM(jobs) FROM waiting"), 14);
  int claims = 0;
  for (int i = 0; i < 40; ++i) {
    const std::vector kinds{JobKind::kPreview, JobKind::kMask};
    const auto job = jobs().Claim("worker", kinds, now_);
    const auto same = twin->jobs().Claim("worker", kinds, now_);
    ASSERT_EQ(job.has_value(), same.has_value()) << i;
    if (job) {
      ++claims;
      ASSERT_EQ(job->id, same->id) << i;
      jobs().Finish(LeaseOf(*job), {}, now_);
      twin->jobs().Finish(LeaseOf(*same), {}, now_);
    }
    now_ += 300ms;
  }
  EXPECT_GE(claims, 9);
  now_ += kLease;  // Those that ran then, and what their users had waiting.
  EXPECT_EQ(jobs().Reap(now_), 4);
  while (IsSomethingDue() || IsSomethingDue(JobKind::kPreview)) jobs().ReapWorker("worker", now_);
  ExpectDerivedIsExact(File());
  EXPECT_EQ(Number(connection, "SELECT COUNT(*) FROM jobs WHERE status = 'queued'"), 0);
  EXPECT_EQ(Number(connection, "SELECT SUM(jobs) FROM waiting"), 0);
}

TEST_P(JobLines, AreAsTheJobsAreWhateverHappens) {
  rules_.max_queued = 22;
  rules_.tiers.pro.max_running_jobs = 2;
  rules_.tiers.local.max_running_jobs = 3;
  std::vector<User> users;
  for (const Tier tier : {Tier::kFree, Tier::kFree, Tier::kPro, Tier::kPro, Tier::kLocal}) {
    users.push_back(AddUser(tier));
  }
  walk::Walk walk(stores(), rules_, users, now_, 7);
  for (int op = 0; op < 3'000; ++op) {
    walk.Step();
    if (op % 10 == 9) ExpectDerivedIsExact(File());
    if (HasFailure()) FAIL() << op;
  }

  // Not through the store: whatever takes a job away takes it out of its line.
  Connection connection(File(), 1s);
  ASSERT_GT(Number(connection, "SELECT COUNT(*) FROM lines"), 0);
  connection.Execute("DELETE FROM jobs WHERE seq IN (SELECT head_seq FROM lines LIMIT 1)");
  ExpectDerivedIsExact(File());
  connection.Execute("DELETE FROM jobs");
  ExpectDerivedIsExact(File());
  EXPECT_EQ(Number(connection, "SELECT COUNT(*) FROM lines"), 0);
}

TEST_P(JobLines, FindAJobThatAnEarlierProgramPutIntoTheQueue) {
  const User user = AddUser();
  const NewJob job = Enqueue(user, AddVideo(user));
  {
    Connection connection(File(), 1s);
    connection.Execute("UPDATE jobs SET in_line = 0");
    ASSERT_EQ(Number(connection, "SELECT COUNT(*) FROM lines"), 0);
  }

  EXPECT_EQ(Claim().id, job.id);
}

TEST_P(JobLines, RefuseAJobThatDoesNotWait) {
  const User user = AddUser();
  const NewJob job = Enqueue(user, AddVideo(user));
  Connection connection(File(), 1s);

  EXPECT_EQ(CodeOf([&] { connection.Execute("UPDATE jobs SET in_line = 2"); }), Code::kInternal);
  EXPECT_EQ(
      CodeOf([&] { connection.Run("UPDATE jobs SET status = 'complete' WHERE id = ?1", job.id); }),
      Code::kInternal);
}

}  // namespace
}  // namespace tapmask
