// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/store_conformance.h"

#include <cstdlib>
#include <stdexcept>
#include <unistd.h>

namespace tapmask {

using namespace std::chrono_literals;

namespace {

// In memory where that is possible: nothing here outlives a power failure anyway.
std::filesystem::path Scratch() {
  return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path();
}

}  // namespace

StoreConformance::StoreConformance() : now_(std::chrono::sys_days(2026y / 3 / 1) + 12h) {
  std::string pattern = (Scratch() / "tapmask_store_XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
  place_ = pattern;
}

StoreConformance::~StoreConformance() {
  stores_.reset();
  std::filesystem::remove_all(place_);
}

void StoreConformance::OpenUp() {
  for (TierLimits* limits : {&rules_.tiers.free, &rules_.tiers.pro, &rules_.tiers.local}) {
    limits->max_running_jobs = 10'000;
    limits->max_waiting_jobs = 10'000;
    limits->videos_per_month = std::nullopt;
  }
}

Stores& StoreConformance::stores() {
  if (!stores_) stores_ = GetParam().open(place_, rules_);
  return *stores_;
}

User StoreConformance::NewUser(Tier tier) {
  User user;
  user.id = UserId::New();
  user.email = user.id.text() + "@example.org";
  user.tier = tier;
  user.is_verified = true;
  user.created_at = now_;
  user.quota_reset_at = now_;
  return user;
}

User StoreConformance::AddUser(Tier tier) {
  const User user = NewUser(tier);
  EXPECT_TRUE(stores().users().Add(user));
  return user;
}

Video StoreConformance::NewVideo(const User& user) {
  Video video;
  video.id = VideoId::New();
  video.user_id = user.id;
  video.original_filename = "holiday.mp4";
  video.file_size_bytes = 1'000;
  video.storage_key = user.id.text() + "/" + video.id.text() + "/original.mp4";
  video.uploaded_at = now_;
  video.expires_at = now_ + 24h;
  return video;
}

Video StoreConformance::AddVideo(const User& user) {
  const Video video = NewVideo(user);
  EXPECT_EQ(videos().AddWithIngest(video, NewJobOf(user, video, JobKind::kIngest), now_),
            Enqueued::kNew);
  const Job ingest = Claim(JobKind::kIngest);
  VideoFacts facts;
  facts.format = "mp4";
  EXPECT_TRUE(videos().SetFacts(LeaseOf(ingest), facts));
  EXPECT_EQ(jobs().Finish(LeaseOf(ingest), {}, now_), LeaseAnswer::kHeld);
  return video;
}

NewJob StoreConformance::NewJobOf(const User& user, const Video& video, JobKind kind) {
  NewJob job;
  job.id = JobId::New();
  job.kind = kind;
  job.user_id = user.id;
  job.video_id = video.id;
  job.tier = user.tier;
  job.request = R"({"mode":"privacy_blur"})";
  return job;
}

NewJob StoreConformance::Enqueue(const User& user, const Video& video, JobKind kind) {
  const NewJob job = NewJobOf(user, video, kind);
  EXPECT_EQ(jobs().Enqueue(job, now_), Enqueued::kNew);
  return job;
}

Job StoreConformance::Claim(JobKind kind) {
  const std::optional<Job> job = jobs().Claim("worker", {kind}, now_);
  EXPECT_TRUE(job) << "nothing is due";
  return job.value_or(Job{});
}

bool StoreConformance::IsSomethingDue(JobKind kind) {
  return jobs().Claim("worker", {kind}, now_).has_value();
}

Job StoreConformance::Get(const NewJob& job) {
  const std::optional<Job> found = jobs().Get(job.user_id, job.id);
  EXPECT_TRUE(found) << job.id.text() << " is not there";
  return found.value_or(Job{});
}

Job StoreConformance::Get(const Job& job) {
  NewJob same;
  same.id = job.id;
  same.user_id = job.user_id;
  return Get(same);
}

std::optional<Mail> StoreConformance::TakeMail() {
  return stores().mails().Take(now_, now_ + 1min);
}

}  // namespace tapmask
