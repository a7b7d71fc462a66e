// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/jobs/stores.h"
#include "tapmask/store/job_store_model.h"

// A store and its model are asked the same at random, under a clock that jumps.
namespace tapmask::walk {

using namespace std::chrono_literals;

// All but the numbers that are each side's own.
inline std::string Text(const Job& job) {
  const auto time = [](std::optional<Time> t) { return t ? TimeText(*t) : std::string("-"); };
  std::string text;
  for (const std::string& part : {job.id.text(),
                                  std::string(JobKindName(job.kind)),
                                  job.user_id.text(),
                                  job.video_id.text(),
                                  std::string(TierName(job.tier)),
                                  std::string(JobStatusName(job.status)),
                                  std::to_string(job.progress_percent),
                                  job.request,
                                  job.checkpoint,
                                  job.result,
                                  job.output_key,
                                  std::to_string(job.attempt),
                                  job.worker,
                                  time(job.lease_until),
                                  time(job.not_before),
                                  std::to_string(job.is_cancelled),
                                  job.error_code,
                                  time(job.created_at),
                                  time(job.started_at),
                                  time(job.completed_at)}) {
    text += part + " | ";
  }
  return text;
}

inline std::vector<std::string> Texts(const std::vector<Job>& jobs) {
  std::vector<std::string> texts;
  for (const Job& job : jobs) texts.push_back(Text(job));
  return texts;
}

// Says where the two differ first; the whole lists are too long to read.
inline ::testing::AssertionResult AreSame(const std::vector<std::string>& real,
                                          const std::vector<std::string>& model) {
  for (size_t i = 0; i < std::max(real.size(), model.size()); ++i) {
    const std::string a = i < real.size() ? real[i] : "(none)";
    const std::string b = i < model.size() ? model[i] : "(none)";
    if (a != b) return ::testing::AssertionFailure() << i << ":\n  " << a << "\n  " << b;
  }
  return ::testing::AssertionSuccess();
}

inline std::vector<std::string> Sorted(std::vector<std::string> texts) {
  std::ranges::sort(texts);
  return texts;
}

inline std::vector<Job> Reversed(std::vector<Job> jobs) {
  std::ranges::reverse(jobs);
  return jobs;
}

// The same lease as each side numbers it.
struct LeasePair {
  Lease real, model;
};

class Walk {
 public:
  Walk(Stores& stores, const JobRules& rules, std::vector<User> users, Time now, uint32_t seed)
      : stores_(stores), model_(rules), users_(std::move(users)), now_(now), random_(seed) {
    for (const User& user : users_) model_.AddUser(user);
    revs_.push_back({0, 0});
  }

  // One question to both.
  void Step() {
    PassTime();
    const int dice = Below(100);
    if (dice < 8) return AddVideo();
    if (dice < 30) return Enqueue();
    if (dice < 46) return Claim();
    if (dice < 54) return Heartbeat();
    if (dice < 58) return Checkpoint();
    if (dice < 66) return Finish();
    if (dice < 72) return Fail();
    if (dice < 75) return Cancelled();
    if (dice < 78) return Release();
    if (dice < 82) return Cancel();
    if (dice < 87) return Reap();
    if (dice < 88) return ReapWorker();
    if (dice < 90) return SetFacts();
    if (dice < 92) return DeleteVideo();
    if (dice < 93) return DeleteExpired();
    if (dice < 95) return Sweep();
    if (dice < 96) return ForgetPreviews();
    if (dice < 98) return Changes();
    Page();
  }

  void CompareAll() {
    JobStore& jobs = stores_.jobs();
    for (const User& user : users_) {
      const auto is_listed = [&](const Job& job) {
        return job.user_id == user.id && job.kind != JobKind::kPreview;
      };
      ASSERT_TRUE(AreSame(Texts(jobs.List(user.id, {}, 1'000'000)),
                          Texts(Reversed(model_.Jobs(is_listed)))));
      const QuotaUse quota = jobs.Quota(user.id, now_);
      ASSERT_EQ(quota.used, static_cast<int>(model_.Counted(user.id, now_).size()));
      ASSERT_EQ(quota.resets_at, model_.MonthOf(user.id, now_));
      for (const Job& job : model_.Jobs([&](const Job& each) { return each.user_id == user.id; })) {
        const std::optional<Job> found = jobs.Get(user.id, job.id);
        ASSERT_TRUE(found) << job.id.text();
        ASSERT_EQ(Text(*found), Text(job));
      }
      std::set<VideoId> shown, expected;
      for (const Video& video : stores_.videos().List(user.id, now_)) {
        shown.insert(video.id);
        ASSERT_TRUE(model_.videos().contains(video.id));
        ASSERT_EQ(video.state, model_.videos().at(video.id).state) << video.id.text();
      }
      for (const auto& [id, video] : model_.videos()) {
        if (video.user_id == user.id && video.expires_at > now_) expected.insert(id);
      }
      ASSERT_EQ(shown, expected);
    }
    for (const QueueDepth& depth : jobs.Depths()) {
      const auto of_it = [&](const Job& job) {
        return job.kind == depth.kind && ClassOf(job.tier) == depth.tier_class;
      };
      const auto waiting = model_.Jobs(
          [&](const Job& job) { return of_it(job) && job.status == JobStatus::kQueued; });
      ASSERT_EQ(depth.waiting, static_cast<int64_t>(waiting.size()));
      ASSERT_EQ(depth.running,
                static_cast<int64_t>(
                    model_.Jobs([&](const Job& job) { return of_it(job) && IsRunning(job.status); })
                        .size()));
      std::optional<Time> oldest;
      for (const Job& job : waiting)
        oldest = std::min(oldest.value_or(job.created_at), job.created_at);
      ASSERT_EQ(depth.oldest_waiting_since, oldest);
    }
    ASSERT_TRUE(
        AreSame(Sorted(Texts(jobs.DeadLetters(1'000'000))),
                Sorted(Texts(model_.Jobs([&](const Job& job) { return model_.IsDead(job.id); })))));
  }

  // What the walk has met, to see that it goes everywhere.
  std::set<std::string> met;

 private:
  int Below(int end) { return std::uniform_int_distribution(0, end - 1)(random_); }
  template <class List>
  const auto& OneOf(const List& list) {
    return list[static_cast<size_t>(Below(static_cast<int>(list.size())))];
  }
  const User& AnyUser() { return OneOf(users_); }
  // Mostly a late one: the earlier ones are of deleted videos.
  template <class List>
  const auto& LateOneOf(const List& list) {
    const int size = static_cast<int>(list.size());
    return list[static_cast<size_t>(size - 1 - Below(Below(10) == 0 ? size : std::min(size, 12)))];
  }

  void PassTime() {
    const int dice = Below(1'000);
    if (dice < 600)
      now_ += std::chrono::milliseconds(Below(200));
    else if (dice < 900)
      now_ += std::chrono::milliseconds(Below(8'000));
    else if (dice < 920)
      now_ += 29'999ms;
    else if (dice < 960)
      now_ += 30'000ms;
    else if (dice < 970)
      now_ -= std::chrono::milliseconds(Below(2'000));
    else if (dice < 985)
      now_ += std::chrono::minutes(Below(120));
    else if (dice < 990)
      now_ += std::chrono::hours(Below(24 * 4));
  }

  template <class Answer>
  void Same(const std::string& what, Answer real, Answer model) {
    ASSERT_EQ(real, model) << what;
    if constexpr (std::is_enum_v<Answer>) {
      met.insert(what + " " + std::to_string(static_cast<int>(real)));
    } else {
      met.insert(what + (real ? " yes" : " no"));
    }
    revs_.push_back({stores_.jobs().LastRev(), model_.LastRev()});
  }

  NewJob JobOf(const User& user, const VideoId& video_id, JobKind kind) {
    NewJob job;
    job.id = JobId::New();
    job.kind = kind;
    job.user_id = user.id;
    job.video_id = video_id;
    job.tier = Below(8) == 0 ? AnyUser().tier : user.tier;  // It may have changed since.
    job.request = std::to_string(Below(1'000));
    return job;
  }

  void AddVideo() {
    const User& user = AnyUser();
    Video video;
    video.id = videos_.empty() || Below(10) > 0 ? VideoId::New() : OneOf(videos_).id;
    video.user_id = user.id;
    video.uploaded_at = now_;
    video.expires_at = now_ + std::chrono::hours(Below(30));
    const NewJob ingest = JobOf(user, video.id, JobKind::kIngest);
    const Enqueued answer = stores_.videos().AddWithIngest(video, ingest, now_);
    if (answer == Enqueued::kNew) {
      videos_.push_back(video);
      jobs_.push_back(ingest);
    }
    Same("AddWithIngest", answer, model_.AddVideo(video, ingest, now_));
  }

  void Enqueue() {
    if (videos_.empty()) return;
    const Video& video = LateOneOf(videos_);
    const bool is_foreign = Below(20) == 0;
    const User* user = &AnyUser();
    for (const User& each : users_) {
      if (!is_foreign && each.id == video.user_id) user = &each;
    }
    const JobKind kind = OneOf(std::vector{JobKind::kIngest, JobKind::kPreview, JobKind::kMask,
                                           JobKind::kMask, JobKind::kMask});
    NewJob job = JobOf(*user, video.id, kind);
    if (Below(15) == 0 && !jobs_.empty()) job.id = OneOf(jobs_).id;
    const Enqueued answer = stores_.jobs().Enqueue(job, now_);
    if (answer == Enqueued::kNew) jobs_.push_back(job);
    Same("Enqueue", answer, model_.Enqueue(job, now_));
  }

  void Claim() {
    std::vector<JobKind> kinds{JobKind::kIngest, JobKind::kPreview, JobKind::kMask};
    std::ranges::shuffle(kinds, random_);
    kinds.resize(static_cast<size_t>(1 + Below(3)));
    const std::string worker = "worker-" + std::to_string(Below(3));
    const auto real = stores_.jobs().Claim(worker, kinds, now_);
    const auto model = model_.Claim(worker, kinds, now_);
    Same("Claim", real.has_value(), model.has_value());
    if (!real || !model) return;
    ASSERT_EQ(Text(*real), Text(*model));
    ASSERT_TRUE(leases_.empty() || real->fence > leases_.back().real.fence);
    leases_.push_back({{real->id, real->fence}, {model->id, model->fence}});
  }

  // Often one that is held, sometimes one of long ago.
  LeasePair ALease() { return leases_.empty() ? LeasePair{} : LateOneOf(leases_); }

  void Heartbeat() {
    const LeasePair lease = ALease();
    const JobStatus stage =
        OneOf(std::vector{JobStatus::kValidating, JobStatus::kExtracting, JobStatus::kTracking,
                          JobStatus::kProcessing, JobStatus::kEncoding});
    const int progress = Below(101);
    Same("Heartbeat", stores_.jobs().Heartbeat(lease.real, stage, progress, now_),
         model_.Heartbeat(lease.model, stage, progress, now_));
  }

  void Checkpoint() {
    const LeasePair lease = ALease();
    const std::string checkpoint = std::to_string(Below(1'000));
    Same("Checkpoint", stores_.jobs().Checkpoint(lease.real, checkpoint, now_),
         model_.Checkpoint(lease.model, checkpoint, now_));
  }

  void Finish() {
    const LeasePair lease = ALease();
    const JobOutcome outcome{std::to_string(Below(1'000)), std::to_string(Below(1'000))};
    Same("Finish", stores_.jobs().Finish(lease.real, outcome, now_),
         model_.Finish(lease.model, outcome, now_));
  }

  void Fail() {
    const LeasePair lease = ALease();
    const JobFailure failure{"code-" + std::to_string(Below(9)), "Sentence.", Below(2) == 0};
    Same("Fail", stores_.jobs().Fail(lease.real, failure, now_),
         model_.Fail(lease.model, failure, now_));
  }

  void Cancelled() {
    const LeasePair lease = ALease();
    std::optional<LeaseAnswer> real;
    try {
      real = stores_.jobs().Cancelled(lease.real, now_);
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), Code::kConflict);
    }
    const std::optional<LeaseAnswer> model = model_.Cancelled(lease.model, now_);
    Same("Cancelled is allowed", real.has_value(), model.has_value());
    if (real && model) Same("Cancelled", *real, *model);
  }

  void Release() {
    const LeasePair lease = ALease();
    Same("Release", stores_.jobs().Release(lease.real, now_), model_.Release(lease.model, now_));
  }

  void Cancel() {
    if (jobs_.empty()) return;
    const NewJob& job = LateOneOf(jobs_);
    const UserId& user_id = Below(10) == 0 ? AnyUser().id : job.user_id;
    Same("Cancel", stores_.jobs().Cancel(user_id, job.id, now_),
         model_.Cancel(user_id, job.id, now_));
  }

  void Reap() { Same("Reap", stores_.jobs().Reap(now_), model_.Reap(now_)); }

  void ReapWorker() {
    const std::string worker = "worker-" + std::to_string(Below(4));
    Same("ReapWorker", stores_.jobs().ReapWorker(worker, now_), model_.ReapWorker(worker, now_));
  }

  void SetFacts() {
    const LeasePair lease = ALease();
    Same("SetFacts", stores_.videos().SetFacts(lease.real, {}), model_.SetFacts(lease.model));
  }

  void DeleteVideo() {
    if (videos_.empty()) return;
    const Video& video = LateOneOf(videos_);
    const UserId& user_id = Below(10) == 0 ? AnyUser().id : video.user_id;
    Same("Delete", stores_.videos().Delete(user_id, video.id, "deleted", now_),
         model_.DeleteVideo(user_id, video.id, now_));
  }

  void DeleteExpired() {
    Same("DeleteExpired", stores_.videos().DeleteExpired(now_), model_.DeleteExpired(now_));
  }

  void Sweep() {
    const std::vector<DeletedVideo> real = stores_.videos().ToSweep(1'000'000);
    std::set<VideoId> ids;
    for (const DeletedVideo& video : real) ids.insert(video.id);
    ASSERT_EQ(ids, model_.ToSweep());
    if (real.empty()) return;
    const DeletedVideo& video = OneOf(real);
    DeletionReceipt receipt;
    receipt.id = ReceiptId::New();
    receipt.video_id = video.id;
    receipt.user_id = video.user_id;
    stores_.videos().Swept(receipt);
    model_.Swept(video.id);
  }

  void ForgetPreviews() {
    const Time before = now_ - std::chrono::minutes(Below(100));
    Same("ForgetPreviews", stores_.jobs().ForgetPreviews(before), model_.ForgetPreviews(before));
  }

  void Changes() {
    const User& user = AnyUser();
    const auto [real_rev, model_rev] = LateOneOf(revs_);
    const std::vector<Job> real = stores_.jobs().ChangedSince(user.id, real_rev, 1'000'000);
    for (size_t i = 1; i < real.size(); ++i) ASSERT_LT(real[i - 1].rev, real[i].rev);
    ASSERT_TRUE(AreSame(Sorted(Texts(real)),
                        Sorted(Texts(model_.Jobs([&, since = model_rev](const Job& job) {
                          return job.user_id == user.id && job.rev > since;
                        })))));
    if (!real.empty()) {
      ASSERT_TRUE(
          AreSame(Texts(stores_.jobs().ChangedSince(user.id, real_rev, 1)), Texts({real[0]})));
    }
    met.insert(real.empty() ? "nothing changed" : "something changed");
  }

  void Page() {
    if (jobs_.empty()) return;
    const User& user = AnyUser();
    const JobId before = OneOf(jobs_).id;
    const int limit = Below(6);
    std::vector<Job> expected;
    bool is_older = false;
    for (const Job& job :
         Reversed(model_.Jobs([&](const Job& each) { return each.user_id == user.id; }))) {
      if (is_older && job.kind != JobKind::kPreview) expected.push_back(job);
      if (job.id == before) is_older = true;
    }
    if (expected.size() > static_cast<size_t>(limit)) expected.resize(static_cast<size_t>(limit));
    ASSERT_TRUE(AreSame(Texts(stores_.jobs().List(user.id, before, limit)), Texts(expected)));
  }

  Stores& stores_;
  JobStoreModel model_;
  std::vector<User> users_;
  Time now_;
  std::mt19937 random_;
  std::vector<Video> videos_;  // All that ever were.
  std::vector<NewJob> jobs_;
  std::vector<LeasePair> leases_;
  std::vector<std::pair<int64_t, int64_t>> revs_;  // Of both, after the same questions.
};

}  // namespace tapmask::walk
