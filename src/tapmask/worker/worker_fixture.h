// SPDX-License-Identifier: Apache-2.0
// A worker's surroundings with real stores, for tests.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"
#include "tapmask/jobs/requests.h"
#include "tapmask/jobs/results.h"
#include "tapmask/storage/local/local_store.h"
#include "tapmask/storage/test_folder.h"
#include "tapmask/worker/hooked_stores.h"
#include "tapmask/worker/job_files.h"
#include "tapmask/worker/job_runner.h"

namespace tapmask {

// Real ones. Defined where it is used, for the worker itself knows no back end.
std::unique_ptr<Stores> OpenTestStores(const std::filesystem::path& file);

class MovableClock final : public Clock {
 public:
  Time Now() const override { return now_.load(); }
  void Advance(std::chrono::milliseconds by) { now_ = now_.load() + by; }

 private:
  std::atomic<Time> now_{Time(std::chrono::milliseconds(1'772'526'600'000))};
};

class WorkerFixture : public testing::Test {
 protected:
  static constexpr const char* kWorker = "w";

  WorkerFixture() {
    user_.id = UserId::New();
    user_.email = "a@example.org";
    user_.tier = Tier::kPro;
    user_.is_verified = true;
    user_.created_at = clock_.Now();
    user_.quota_reset_at = clock_.Now() + std::chrono::hours(24 * 30);
    EXPECT_TRUE(stores_->users().Add(user_));
    shared_.pace.lease.interval = std::chrono::milliseconds(10);
    shared_.pace.tell_again = std::chrono::milliseconds(1);
  }

  // What the child does instead of real work (service_test_main.cc): a "video" of this text.
  using Steps = std::vector<std::vector<nlohmann::json>>;
  static std::string Script(const std::string& task, const Steps& steps, const Steps& start = {}) {
    nlohmann::json script = nlohmann::json::object();
    script[task] = steps;
    script["start"] = start;
    return script.dump();
  }

  void Put(const std::string& key, std::string_view bytes) {
    const auto writer = blobs_.Create(BlobKey::Make(key));
    writer->Write(std::as_bytes(std::span(bytes)));
    writer->Commit();
  }

  // A video that was uploaded; its ingest waits.
  Video Upload(std::string_view bytes) {
    Video video;
    video.id = VideoId::New();
    video.user_id = user_.id;
    video.original_filename = "a.mp4";
    video.file_size_bytes = static_cast<int64_t>(bytes.size());
    video.storage_key = FolderOfVideo(user_.id, video.id).Join("original.mp4").text();
    video.uploaded_at = clock_.Now();
    ingest_ = JobId::New();
    const NewJob job{ingest_, JobKind::kIngest, user_.id, video.id, user_.tier, "{}", false};
    EXPECT_EQ(stores_->videos().AddWithIngest(video, job, clock_.Now()), Enqueued::kNew);
    Put(video.storage_key, bytes);
    return video;
  }

  static VideoFacts Facts() {
    VideoFacts facts;
    facts.format = "mp4";
    facts.duration_seconds = 0.2;
    facts.width = 64;
    facts.height = 48;
    facts.frame_rate = 25;
    facts.frames = 5;
    facts.codec = "h264";
    return facts;
  }

  // A video that is ready.
  Video Ready(std::string_view bytes) {
    const Video video = Upload(bytes);
    const Job job = *stores_->jobs().Claim(kWorker, {JobKind::kIngest}, clock_.Now());
    EXPECT_TRUE(stores_->videos().SetFacts({job.id, job.fence}, Facts()));
    EXPECT_EQ(stores_->jobs().Finish({job.id, job.fence}, {"{}", ""}, clock_.Now()),
              LeaseAnswer::kHeld);
    return video;
  }

  static Point Middle() {
    Point point;
    point.in_shown = {32, 24};
    return point;
  }
  JobId Ask(const Video& video, JobKind kind, std::optional<JobId> corrects = std::nullopt) {
    MaskRequest mask;
    mask.prompts.points.push_back(Middle());
    mask.mode = "privacy_blur";
    mask.corrects = std::move(corrects);
    const PreviewRequest preview{0, std::nullopt, {Middle()}};
    const NewJob job{JobId::New(), kind,
                     user_.id,     video.id,
                     user_.tier,   kind == JobKind::kMask ? ToJson(mask) : ToJson(preview),
                     false};
    EXPECT_EQ(stores_->jobs().Enqueue(job, clock_.Now()), Enqueued::kNew);
    return job.id;
  }

  // Lets a worker make an attempt of the job whose turn it is.
  Job RunOne() {
    const std::optional<Job> job = stores_->jobs().Claim(
        kWorker, {JobKind::kPreview, JobKind::kIngest, JobKind::kMask}, clock_.Now());
    if (!job) {
      ADD_FAILURE() << "no job is due";
      return {};
    }
    RunJob(shared_, *job, stop_.get_token());
    return Get(job->id);
  }
  // All its attempts.
  Job RunToItsEnd() {
    Job job = RunOne();
    while (!HasEnded(job.status) && !testing::Test::HasFailure()) {
      clock_.Advance(std::chrono::seconds(10));
      job = RunOne();
    }
    return job;
  }
  Job Get(const JobId& id) { return stores_->jobs().Get(user_.id, id).value_or(Job{}); }

  std::vector<std::string> FilesOf(const BlobKey& folder) {
    std::vector<std::string> names;
    for (const BlobInfo& blob : blobs_.List(folder)) {
      names.push_back(blob.key.text().substr(folder.text().size() + 1));
    }
    return names;
  }
  std::vector<std::string> FilesOf(const JobId& id) { return FilesOf(FolderOfJob(user_.id, id)); }
  std::string TextOf(const BlobKey& key) {
    const auto reader = blobs_.Open(key);
    if (!reader) return "nothing there";
    std::string text(static_cast<size_t>(reader->size_bytes()), '\0');
    reader->ReadAt(0, std::as_writable_bytes(std::span(text)));
    return text;
  }
  // How many attempts ended so.
  int Ended(const std::string& kind, const std::string& outcome) {
    const std::string text = metrics_.Text();
    const std::string line =
        "tapmask_job_ends_total{kind=\"" + kind + "\",outcome=\"" + outcome + "\"} ";
    const size_t at = text.find(line);
    return at == std::string::npos ? 0 : std::atoi(text.c_str() + at + line.size());
  }
  static std::vector<std::string> Outputs(const std::string& attempt) {
    return {attempt + "/masks.jsonl", attempt + "/processed.mp4", attempt + "/report.json"};
  }
  bool ScratchIsEmpty() { return std::filesystem::is_empty(folder_.path() / "files" / "scratch"); }

  // Throws kUnavailable as the first `times` calls named so come by.
  static Hooks::Hook Away(std::string name, int times) {
    return [name = std::move(name), times](const std::string& call) mutable {
      if (call.starts_with(name) && times-- > 0) {
        throw Error(Code::kUnavailable, "The store is away.");
      }
    };
  }

  const TestFolder folder_;
  MovableClock clock_;
  std::unique_ptr<Stores> stores_ = OpenTestStores(folder_.path() / "db");
  LocalStore blobs_{{folder_.path() / "files", std::nullopt}};
  Hooks hooks_;
  HookedStores hooked_stores_{*stores_, hooks_};
  HookedBlobs hooked_blobs_{blobs_, hooks_};
  WarmChildren warm_{{}};
  Metrics metrics_;
  WorkerShared shared_{hooked_stores_, hooked_blobs_, clock_, warm_, Log(), metrics_, {}};
  std::stop_source stop_;
  User user_;
  JobId ingest_;  // Of the last upload.
};

}  // namespace tapmask
