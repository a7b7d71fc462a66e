// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/sweeper.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <utime.h>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/api/upload_upkeep.h"
#include "tapmask/core/error.h"
#include "tapmask/storage/disk_reserve.h"
#include "tapmask/storage/local/local_store.h"
#include "tapmask/storage/small_disk.h"
#include "tapmask/storage/test_folder.h"
#include "tapmask/store/sqlite/sqlite_stores.h"
#include "tapmask/worker/hooked_stores.h"
#include "tapmask/worker/job_files.h"

namespace tapmask {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class SweeperTest : public ::testing::Test {
 protected:
  SweeperTest() {
    user_.id = UserId::New();
    user_.email = "a@example.org";
    user_.tier = Tier::kPro;
    user_.is_verified = true;
    user_.created_at = now_;
    user_.quota_reset_at = now_ + 24h * 30;
    EXPECT_TRUE(stores_->users().Add(user_));
  }

  // A video that is ready, with its files.
  Video AddVideo(std::optional<Time> expires_at) {
    Video video;
    video.id = VideoId::New();
    video.user_id = user_.id;
    video.original_filename = "a.mp4";
    video.file_size_bytes = 3;
    video.storage_key = FolderOfVideo(user_.id, video.id).Join("original.mp4").text();
    video.uploaded_at = now_;
    video.expires_at = expires_at;
    NewJob ingest{JobId::New(), JobKind::kIngest, user_.id, video.id, Tier::kPro, "{}", false};
    EXPECT_EQ(stores_->videos().AddWithIngest(video, ingest, now_), Enqueued::kNew);
    Put(video.storage_key);
    const std::optional<Job> job = stores_->jobs().Claim("w", {JobKind::kIngest}, now_);
    Put(FolderOfVideo(user_.id, video.id).Join("proxy.mp4").text());
    EXPECT_TRUE(stores_->videos().SetFacts({job->id, job->fence}, {}));
    EXPECT_EQ(stores_->jobs().Finish({job->id, job->fence}, {"{}", ""}, now_), LeaseAnswer::kHeld);
    return video;
  }

  // A mask job that a worker has claimed.
  Job ClaimMask(const Video& video) {
    NewJob job{JobId::New(), JobKind::kMask, user_.id, video.id, Tier::kPro, "{}", false};
    EXPECT_EQ(stores_->jobs().Enqueue(job, now_), Enqueued::kNew);
    return *stores_->jobs().Claim("w", {JobKind::kMask}, now_);
  }
  void Finish(const Job& job) {
    const std::string folder = FolderOfAttempt(job).text();
    Put(folder + "/processed.mp4");
    EXPECT_EQ(stores_->jobs().Finish({job.id, job.fence}, {"{}", folder}, now_),
              LeaseAnswer::kHeld);
  }

  void Put(const std::string& key) {
    const auto writer = blobs_.Create(BlobKey::Make(key));
    const std::string text = "abc";
    writer->Write(std::as_bytes(std::span(text)));
    writer->Commit();
  }
  // As if it had been written long ago.
  void MakeOld(const std::string& key) {
    const fs::path path = folder_.path() / "files/blobs" / key;
    fs::last_write_time(path, fs::file_time_type::clock::now() - 3h);
  }
  std::vector<std::string> Keys() {
    std::vector<std::string> keys;
    for (const BlobInfo& blob : blobs_.List(std::nullopt)) keys.push_back(blob.key.text());
    return keys;
  }
  void Sweep() { sweeper_.Sweep(now_); }

  // Runs `test` with a disk of its own, as OnSmallDisk does.
  template <class Test>
  int OnDiskOf(int64_t bytes, Test test) {
    const fs::path folder = folder_.path() / "disk";
    fs::create_directory(folder);
    return OnSmallDisk(folder, bytes, [&] { return test(folder); });
  }
  // Writes more than a database has ready.
  void Fill(Stores& stores) {
    for (int i = 0; i < 30; ++i) {
      Upload upload;
      upload.id = UploadId::New();
      upload.user_id = user_.id;
      upload.metadata = std::string(100'000, 'x');
      upload.expires_at = now_ + 1h;
      upload.video_id = VideoId::New();
      upload.job_id = JobId::New();
      stores.uploads().Add(upload, INT64_MAX);
    }
  }
  template <class Step>
  static bool IsFull(Step step) {
    try {
      step();
    } catch (const Error& error) {
      return error.code() == Code::kStorageFull;
    }
    return false;
  }

  const TestFolder folder_;
  Time now_ = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  std::unique_ptr<Stores> stores_ = OpenSqliteStores(folder_.path() / "db", {});
  LocalStore blobs_{{folder_.path() / "files", std::nullopt}};
  UrlSigner signer_{folder_.path() / "keys", now_};
  Metrics metrics_;
  Sweeper sweeper_{
      *stores_, blobs_,
      signer_,  Log(),
      metrics_, [this](Time now) { return api::RemoveExpiredUploads(*stores_, blobs_, now); },
      {}};
  User user_;
};

TEST_F(SweeperTest, LeavesNothingOfAVideoWhoseTimeIsOverAndWritesAReceipt) {
  const Video kept = AddVideo(std::nullopt), expired = AddVideo(now_ + 1h);
  Finish(ClaimMask(expired));
  now_ += 1h - 1ms;
  Sweep();
  EXPECT_EQ(Keys().size(), 5u);

  now_ += 1ms;
  Sweep();

  EXPECT_EQ(Keys().size(), 2u);
  EXPECT_FALSE(stores_->videos().Get(user_.id, expired.id, now_));
  EXPECT_TRUE(stores_->videos().Get(user_.id, kept.id, now_));
  const std::vector<DeletionReceipt> receipts = stores_->videos().Receipts(user_.id);
  ASSERT_EQ(receipts.size(), 1u);
  EXPECT_EQ(receipts[0].video_id, expired.id);
  EXPECT_EQ(receipts[0].reason, "expired");
  EXPECT_EQ(receipts[0].files, 3);
  EXPECT_EQ(receipts[0].bytes, 9);
  EXPECT_NE(metrics_.Text().find("tapmask_swept_files_total{reason=\"expired\"} 3"),
            std::string::npos);
}

TEST_F(SweeperTest, WaitsForTheWorkerOfADeletedVideo) {
  const Video video = AddVideo(std::nullopt);
  const Job job = ClaimMask(video);
  ASSERT_TRUE(stores_->videos().Delete(user_.id, video.id, "deleted", now_));
  Sweep();
  EXPECT_TRUE(stores_->videos().Receipts(user_.id).empty());

  Put(FolderOfAttempt(job).Join("processed.mp4").text());  // It has not heard of it.
  EXPECT_EQ(stores_->jobs().Cancelled({job.id, job.fence}, now_), LeaseAnswer::kHeld);
  Sweep();

  EXPECT_TRUE(Keys().empty());
  EXPECT_EQ(stores_->videos().Receipts(user_.id).size(), 1u);
}

TEST_F(SweeperTest, TakesBackLeasesOfLostWorkers) {
  const Job job = ClaimMask(AddVideo(std::nullopt));
  now_ += 31s;
  Sweep();
  EXPECT_EQ(stores_->jobs().Get(user_.id, job.id)->status, JobStatus::kQueued);
}

TEST_F(SweeperTest, ErasesAClosedAccountOnceItsFilesAreGone) {
  const Video video = AddVideo(std::nullopt);
  const Job job = ClaimMask(video);
  ASSERT_TRUE(stores_->users().Close(user_.id, now_));
  Sweep();
  EXPECT_TRUE(stores_->users().Get(user_.id));  // A job still runs.

  EXPECT_EQ(stores_->jobs().Cancelled({job.id, job.fence}, now_), LeaseAnswer::kHeld);
  Sweep();

  EXPECT_TRUE(Keys().empty());
  EXPECT_FALSE(stores_->users().Get(user_.id));
}

TEST_F(SweeperTest, RemovesOldFilesThatBelongToNothing) {
  const Video video = AddVideo(std::nullopt);
  const Job complete = ClaimMask(video);
  Finish(complete);
  const Job running = ClaimMask(video);
  const std::string user = user_.id.text();
  const std::string ours[] = {FolderOfAttempt(complete).text() + "/processed.mp4",
                              FolderOfCheckpoint(running).text() + "/masks.jsonl",
                              video.storage_key};
  const std::string orphans[] = {FolderOfJob(user_.id, complete.id).text() + "/999/processed.mp4",
                                 user + "/" + NewUuid() + "/original.mp4",
                                 NewUuid() + "/" + NewUuid() + "/1/processed.mp4"};
  const std::string strange = "notes/readme";
  Put(FolderOfCheckpoint(running).text() + "/masks.jsonl");
  Put(strange);
  for (const std::string& key : orphans) Put(key);
  Sweep();
  const size_t before = Keys().size();
  for (const std::string& key : Keys()) MakeOld(key);

  now_ += 11min;
  // The running job's worker is alive.
  EXPECT_EQ(stores_->jobs().Heartbeat({running.id, running.fence}, JobStatus::kTracking, 1, now_),
            LeaseAnswer::kHeld);
  Sweep();

  const std::vector<std::string> left = Keys();
  EXPECT_EQ(left.size(), before - 3);
  for (const std::string& key : ours) {
    EXPECT_TRUE(std::find(left.begin(), left.end(), key) != left.end()) << key;
  }
  EXPECT_TRUE(std::find(left.begin(), left.end(), strange) != left.end());
}

TEST_F(SweeperTest, LooksForThemAgainWhenTheClockWasSetBack) {
  Sweep();
  const std::string orphan = NewUuid() + "/" + NewUuid() + "/1/processed.mp4";
  Put(orphan);
  fs::last_write_time(folder_.path() / "files/blobs" / orphan,
                      fs::file_time_type::clock::now() - 24h * 800);

  now_ -= 24h * 365;
  Sweep();

  EXPECT_EQ(Keys(), std::vector<std::string>());
}

TEST_F(SweeperTest, TakesUpTheNextTimeWhatFailed) {
  const Video video = AddVideo(std::nullopt);
  const Job job = ClaimMask(AddVideo(std::nullopt));
  Hooks hooks;
  hooks.before = [times = 1](const std::string& call) mutable {
    if (call == "RemoveAll" && times-- > 0) throw Error(Code::kUnavailable, "The disk is away.");
  };
  HookedBlobs blobs(blobs_, hooks);
  Sweeper sweeper(*stores_, blobs, signer_, Log(), metrics_, {}, {});
  ASSERT_TRUE(stores_->videos().Delete(user_.id, video.id, "deleted", now_));
  now_ += 31s;

  sweeper.Sweep(now_);
  EXPECT_TRUE(stores_->videos().Receipts(user_.id).empty());
  // Other steps are done still.
  EXPECT_EQ(stores_->jobs().Get(user_.id, job.id)->status, JobStatus::kQueued);

  sweeper.Sweep(now_);
  ASSERT_EQ(stores_->videos().Receipts(user_.id).size(), 1u);
  EXPECT_EQ(stores_->videos().Receipts(user_.id)[0].files, 2);
  EXPECT_TRUE(blobs_.List(FolderOfVideo(user_.id, video.id)).empty());
}

// What was wrong: the first hundred kept all others waiting.
TEST_F(SweeperTest, VideosThatCannotBeSweptKeepNoOtherWaiting) {
  for (int i = 0; i < 103; ++i) {
    ASSERT_TRUE(stores_->videos().Delete(user_.id, AddVideo(std::nullopt).id, "deleted", now_));
  }
  int removals = 0;
  Hooks hooks;
  hooks.before = [&](const std::string& call) {
    if (call != "RemoveAll" || ++removals > 101) return;
    throw Error(Code::kUnavailable, "The disk is away.");
  };
  HookedBlobs blobs(blobs_, hooks);
  Sweeper sweeper(*stores_, blobs, signer_, Log(), metrics_, {}, {});

  sweeper.Sweep(now_);

  EXPECT_EQ(stores_->videos().Receipts(user_.id).size(), 2u);
  EXPECT_EQ(stores_->videos().ToSweep(1'000).size(), 101u);
}

// A disk that is full to its last byte, and what is to be deleted on it.
TEST_F(SweeperTest, MakesRoomOnAFullDisk) {
  const int answer = OnDiskOf(150'000'000, [&](const fs::path& folder) {
    const DiskReserve reserve(folder);
    const auto stores = OpenSqliteStores(folder / "db", {});
    LocalStore blobs({folder / "files", std::nullopt});
    UrlSigner signer(folder / "keys", now_);
    stores->users().Add(user_);
    Sweeper::Options options;
    options.reserve = &reserve;
    Sweeper sweeper(*stores, blobs, signer, Log(), metrics_, {}, options);
    sweeper.Sweep(now_);
    if (!fs::exists(folder / "disk-reserve")) return 2;

    std::ofstream(folder / "others") << std::string(200'000'000, 'x');
    if (blobs.FreeBytes() > 4'096) return 3;
    if (!IsFull([&] { Fill(*stores); })) return 4;
    sweeper.Sweep(now_);
    if (fs::exists(folder / "disk-reserve")) return 5;
    if (IsFull([&] { Fill(*stores); })) return 6;
    sweeper.Sweep(now_);
    if (fs::exists(folder / "disk-reserve")) return 7;

    fs::remove(folder / "others");
    sweeper.Sweep(now_);
    return fs::exists(folder / "disk-reserve") ? 0 : 8;
  });
  if (answer == kCannotBeSetUp) GTEST_SKIP() << "no small disk can be mounted here";
  EXPECT_EQ(answer, 0);
}

// The disk may be full for us alone, e.g. by a quota, which it does not tell.
TEST_F(SweeperTest, GivesTheReserveUpWhenAStepFailsForWantOfSpaceAndTriesAgain) {
  const DiskReserve reserve(folder_.path());
  ASSERT_TRUE(reserve.Restore());
  const Video video = AddVideo(std::nullopt);
  ASSERT_TRUE(stores_->videos().Delete(user_.id, video.id, "deleted", now_));
  Hooks hooks;
  hooks.before = [&](const std::string& call) {
    if (call == "RemoveAll" && reserve.GiveUp()) {
      ASSERT_TRUE(reserve.Restore());
      throw Error(Code::kStorageFull, "full");
    }
  };
  HookedBlobs blobs(blobs_, hooks);
  Sweeper::Options options;
  options.reserve = &reserve;
  Sweeper sweeper(*stores_, blobs, signer_, Log(), metrics_, {}, options);

  sweeper.Sweep(now_);
  EXPECT_FALSE(reserve.GiveUp());
  EXPECT_EQ(stores_->videos().Receipts(user_.id).size(), 1u);

  sweeper.Sweep(now_);
  EXPECT_TRUE(reserve.GiveUp()) << "it was not made again";
}

TEST_F(SweeperTest, WritesAReceiptWhenTheFilesAreGoneAlready) {
  const Video video = AddVideo(std::nullopt);
  ASSERT_TRUE(stores_->videos().Delete(user_.id, video.id, "deleted", now_));
  blobs_.RemoveAll(FolderOfVideo(user_.id, video.id));

  Sweep();
  Sweep();

  const std::vector<DeletionReceipt> receipts = stores_->videos().Receipts(user_.id);
  ASSERT_EQ(receipts.size(), 1u);
  EXPECT_EQ(receipts[0].files, 0);
}

TEST_F(SweeperTest, RemovesScratchThatAWorkerLeftBehind) {
  const fs::path scratch = folder_.path() / "files/scratch";
  fs::create_directory(scratch / "left");
  std::ofstream(scratch / "left/frames") << "abc";
  const ScratchFolder in_use = blobs_.MakeScratch();
  for (const auto& entry : fs::directory_iterator(scratch)) {
    fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - 3h);
  }

  Sweep();

  EXPECT_FALSE(fs::exists(scratch / "left"));
  EXPECT_TRUE(fs::exists(in_use.path()));
}

TEST_F(SweeperTest, TellsHowLongTheQueueIs) {
  const Video video = AddVideo(std::nullopt);
  ClaimMask(video);
  Sweep();
  const std::string running = "tapmask_queue_running_jobs{class=\"paid\",kind=\"mask\"} 1";
  EXPECT_NE(metrics_.Text().find(running), std::string::npos) << metrics_.Text();
}

TEST_F(SweeperTest, LeavesYoungFilesThatBelongToNothing) {
  Put(user_.id.text() + "/" + NewUuid() + "/original.mp4");
  Sweep();
  EXPECT_EQ(Keys().size(), 1u);
}

}  // namespace
}  // namespace tapmask
