// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/job_checkpoint.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/storage/local/local_store.h"
#include "tapmask/storage/test_folder.h"
#include "tapmask/worker/job_files.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class JobCheckpointTest : public testing::Test {
 protected:
  JobCheckpointTest() {
    job_.id = JobId::New();
    job_.user_id = UserId::New();
    job_.fence = 1;
  }

  fs::path NewScratch() {
    const fs::path scratch = folder_.path() / ("scratch" + std::to_string(scratches_++));
    fs::create_directories(scratch / "tracked");
    fs::create_directories(scratch / "rendered");
    return scratch;
  }

  // What a child leaves after a window.
  static void Leave(const fs::path& scratch, int number, bool rendered = false) {
    for (const char* kind : {rendered ? "frames" : "records", "state"}) {
      const std::string name = std::string(kind) + "." + std::to_string(number);
      std::ofstream(scratch / (rendered ? "rendered" : "tracked") / name)
          << name << " of the child";
    }
  }
  static void LeaveMasks(const fs::path& scratch) {
    std::ofstream(scratch / kKeptMasksName) << "MASKS";
  }

  JobCheckpoint New() { return {blobs_, log_, job_, 1'000}; }

  Names Kept() {
    Names names;
    for (const BlobInfo& blob : blobs_.List(FolderOfJob(job_.user_id, job_.id))) {
      names.push_back(blob.key.text().substr(2 * 36 + 2));
    }
    return names;
  }
  static Names In(const fs::path& folder) {
    Names names;
    for (const auto& entry : fs::directory_iterator(folder))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  const TestFolder folder_;
  LocalStore blobs_{{folder_.path() / "files", std::nullopt}};
  const Log log_{};
  Job job_;
  int scratches_ = 0;
};

TEST_F(JobCheckpointTest, HandsOnTheLatestWindowAndTheRecordsOfAll) {
  const fs::path first = NewScratch(), second = NewScratch();
  JobCheckpoint checkpoint = New();
  for (int number = 1; number <= 3; ++number) {
    Leave(first, number);
    const auto kept = checkpoint.Keep(first, "{\"window\":" + std::to_string(number) + "}");
    ASSERT_TRUE(kept);
    job_.checkpoint = *kept;
  }
  EXPECT_EQ(Kept(), (Names{"checkpoint/tracked/records.1", "checkpoint/tracked/records.2",
                           "checkpoint/tracked/records.3", "checkpoint/tracked/state.2",
                           "checkpoint/tracked/state.3"}));

  EXPECT_FALSE(New().Bring(second));

  EXPECT_EQ(In(second / "tracked"), (Names{"records.1", "records.2", "records.3", "state.3"}));
  EXPECT_EQ(FileText(second / "tracked" / "state.3"), "state.3 of the child");
}

TEST_F(JobCheckpointTest, GoesOnCountingWhereTheAttemptBeforeStopped) {
  const fs::path first = NewScratch(), second = NewScratch();
  Leave(first, 1);
  job_.checkpoint = *New().Keep(first, R"({"window":1})");

  JobCheckpoint next = New();
  next.Bring(second);
  Leave(second, 2);

  EXPECT_EQ(next.Keep(second, R"({"window":2})"), R"({"window":2})");
  EXPECT_EQ(Kept(), (Names{"checkpoint/tracked/records.1", "checkpoint/tracked/records.2",
                           "checkpoint/tracked/state.1", "checkpoint/tracked/state.2"}));
}

// Its build is another, say.
TEST_F(JobCheckpointTest, BeginsAnewWithAChildThatHasNoUseForWhatWasBrought) {
  const fs::path first = NewScratch(), second = NewScratch(), third = NewScratch();
  JobCheckpoint checkpoint = New();
  for (int number = 1; number <= 3; ++number) {
    Leave(first, number);
    job_.checkpoint = checkpoint.Keep(first, "{\"window\":" + std::to_string(number) + "}").value();
  }
  JobCheckpoint next = New();
  next.Bring(second);
  for (const char* name : {"records.1", "state.1"})
    std::ofstream(second / "tracked" / name) << "new";

  ASSERT_EQ(next.Keep(second, R"({"window":1})"), R"({"window":1})");
  EXPECT_FALSE(next.Keep(second, R"({"window":1})"));  // Once: it costs writes.

  job_.checkpoint = R"({"window":1})";
  New().Bring(third);
  EXPECT_EQ(In(third / "tracked"), (Names{"records.1", "state.1"}));
  EXPECT_EQ(FileText(third / "tracked" / "records.1"), "new");
}

TEST_F(JobCheckpointTest, CatchesUpWithAWindowThatItWasTooSlowFor) {
  const fs::path scratch = NewScratch();
  Leave(scratch, 1);
  Leave(scratch, 2);
  fs::remove(scratch / "tracked" / "state.1");
  JobCheckpoint checkpoint = New();

  EXPECT_FALSE(checkpoint.Keep(scratch, R"({"window":1})"));
  EXPECT_EQ(checkpoint.Keep(scratch, R"({"window":2})"), R"({"window":2})");
}

TEST_F(JobCheckpointTest, BringsNothingWhenAPartIsGone) {
  for (const char* gone : {"state.2", "records.1"}) {
    const fs::path first = NewScratch(), second = NewScratch();
    JobCheckpoint checkpoint = New();
    for (int number = 1; number <= 2; ++number) {
      Leave(first, number);
      job_.checkpoint = *checkpoint.Keep(first, "{\"window\":" + std::to_string(number) + "}");
    }
    blobs_.Remove(FolderOfCheckpoint(job_).Join("tracked").Join(gone));

    JobCheckpoint next = New();
    EXPECT_FALSE(next.Bring(second));

    EXPECT_FALSE(fs::exists(second / "tracked"));
    fs::create_directory(second / "tracked");
    Leave(second, 1);
    EXPECT_TRUE(next.Keep(second, R"({"window":1})"));  // From the beginning.
    blobs_.RemoveAll(FolderOfJob(job_.user_id, job_.id));
  }
}

TEST_F(JobCheckpointTest, HandsOnFinishedMasks) {
  const fs::path first = NewScratch(), second = NewScratch();
  LeaveMasks(first);
  job_.checkpoint = *New().Keep(first, R"({"masks":true})");

  EXPECT_TRUE(New().Bring(second));

  EXPECT_EQ(FileText(second / kMasksName), "MASKS");
}

TEST_F(JobCheckpointTest, HandsOnWhatWasRenderedAfterTheMasks) {
  const fs::path first = NewScratch(), second = NewScratch(), third = NewScratch();
  JobCheckpoint checkpoint = New();
  Leave(first, 1, true);
  EXPECT_FALSE(checkpoint.Keep(first, R"({"rendered":1})"));  // Of which masks?
  LeaveMasks(first);
  ASSERT_EQ(checkpoint.Keep(first, R"({"masks":true})"), R"({"masks":true})");
  job_.checkpoint = checkpoint.Keep(first, R"({"rendered":1})").value();
  EXPECT_EQ(job_.checkpoint, R"({"masks":true,"rendered":1})");
  EXPECT_FALSE(fs::exists(first / "rendered" / "frames.1"));  // Not twice on the disk.

  JobCheckpoint next = New();
  EXPECT_TRUE(next.Bring(second));
  EXPECT_EQ(In(second / "rendered"), (Names{"frames.1", "state.1"}));
  Leave(second, 2, true);
  job_.checkpoint = next.Keep(second, R"({"rendered":2})").value();
  Leave(second, 3, true);
  job_.checkpoint = next.Keep(second, R"({"rendered":3})").value();

  EXPECT_TRUE(New().Bring(third));
  EXPECT_EQ(FileText(third / kMasksName), "MASKS");
  EXPECT_EQ(In(third / "rendered"), (Names{"frames.1", "frames.2", "frames.3", "state.3"}));
}

TEST_F(JobCheckpointTest, TakesTheMasksLaterWhenTheyCouldNotBeTakenAtTheirTime) {
  const fs::path scratch = NewScratch();
  JobCheckpoint checkpoint = New();
  EXPECT_FALSE(checkpoint.Keep(scratch, R"({"masks":true})"));  // There is no file.
  LeaveMasks(scratch);
  Leave(scratch, 1, true);
  EXPECT_EQ(checkpoint.Keep(scratch, R"({"rendered":1})"), R"({"masks":true,"rendered":1})");
}

TEST_F(JobCheckpointTest, HandsOnTheMasksWhenWhatWasRenderedIsGone) {
  const fs::path first = NewScratch(), second = NewScratch();
  JobCheckpoint checkpoint = New();
  LeaveMasks(first);
  ASSERT_TRUE(checkpoint.Keep(first, R"({"masks":true})"));
  Leave(first, 1, true);
  job_.checkpoint = checkpoint.Keep(first, R"({"rendered":1})").value();
  blobs_.Remove(FolderOfCheckpoint(job_).Join("rendered").Join("frames.1"));

  EXPECT_TRUE(New().Bring(second));
  EXPECT_FALSE(fs::exists(second / "rendered"));
}

TEST_F(JobCheckpointTest, TakesNothingFromAChildThatLies) {
  const fs::path scratch = NewScratch();
  Leave(scratch, 1);
  std::ofstream(folder_.path() / "secret") << "secret";
  fs::create_symlink(folder_.path() / "secret", scratch / "tracked" / "records.2");
  JobCheckpoint checkpoint = New();
  for (const char* word :
       {"", "7", "[]", "null", "{}", R"({"window":0})", R"({"window":-1})", R"({"window":"1"})",
        R"({"window":1.5})", R"({"window":1000000000000})", R"({"window":18446744073709551615})",
        R"({"masks":1})", R"({"masks":true})", R"({"window":2})", R"({"rendered":1})",
        R"({"rendered":"1"})"}) {
    EXPECT_FALSE(checkpoint.Keep(scratch, word)) << word;
  }
  EXPECT_EQ(FileText(folder_.path() / "secret"), "secret");
  EXPECT_EQ(checkpoint.Keep(scratch, R"({"window":1})"), R"({"window":1})");
  EXPECT_FALSE(checkpoint.Keep(scratch, R"({"window":1})"));  // Not twice.
}

TEST_F(JobCheckpointTest, TakesMasksOnceAndNoWindowAfterThem) {
  const fs::path first = NewScratch(), second = NewScratch();
  JobCheckpoint checkpoint = New();
  LeaveMasks(first);
  job_.checkpoint = checkpoint.Keep(first, R"({"masks":true})").value();
  JobCheckpoint next = New();
  ASSERT_TRUE(next.Bring(second));
  for (const fs::path& scratch : {first, second}) {
    JobCheckpoint& one = scratch == first ? checkpoint : next;
    LeaveMasks(scratch);
    Leave(scratch, 1);
    EXPECT_FALSE(one.Keep(scratch, R"({"masks":true})"));
    EXPECT_FALSE(one.Keep(scratch, R"({"window":1})"));
  }
  EXPECT_EQ(Kept(), Names{"checkpoint/masks.jsonl"});
}

TEST_F(JobCheckpointTest, BringsNothingForWhatTheStoreCannotHaveSaid) {
  for (const char* word :
       {"", "x", "{}", R"({"window":0})", R"({"window":9999})", R"({"masks":"a/b"})"}) {
    job_.checkpoint = word;
    const fs::path scratch = NewScratch();
    EXPECT_FALSE(New().Bring(scratch)) << word;
    EXPECT_TRUE(In(scratch / "tracked").empty());
  }
}

}  // namespace
}  // namespace tapmask
