// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/job_files.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/storage/local/local_store.h"
#include "tapmask/storage/test_folder.h"

namespace tapmask {
namespace {

class JobFilesTest : public testing::Test {
 protected:
  JobFilesTest() {
    job_.id = JobId::New();
    job_.user_id = UserId::New();
    job_.fence = 12;
  }
  void Put(const BlobKey& key, const std::string& text = "x") {
    const auto writer = blobs_.Create(key);
    writer->Write(BytesOf(text));
    writer->Commit();
  }
  std::vector<std::string> Files() {
    std::vector<std::string> names;
    for (const BlobInfo& blob : blobs_.List(FolderOfJob(job_.user_id, job_.id))) {
      names.push_back(blob.key.text().substr(2 * 36 + 2));
    }
    return names;
  }

  const TestFolder folder_;
  LocalStore blobs_{{folder_.path() / "files", std::nullopt}};
  Job job_;
};

TEST_F(JobFilesTest, LieByUserThingAndAttempt) {
  const VideoId video = VideoId::New();
  EXPECT_EQ(FolderOfVideo(job_.user_id, video).text(), job_.user_id.text() + "/" + video.text());
  EXPECT_EQ(FolderOfAttempt(job_).text(), job_.user_id.text() + "/" + job_.id.text() + "/12");
}

TEST_F(JobFilesTest, CallAVideoByItsNameInStorage) {
  Video video;
  video.original_filename = "my <secret> holiday.mov";
  video.storage_key = "a/b/original.mov";
  EXPECT_EQ(ShownName(video), "original.mov");
}

TEST_F(JobFilesTest, AreCopiedWhole) {
  const BlobKey key = FolderOfAttempt(job_).Join("a");
  for (const size_t size : {size_t{0}, size_t{1}, size_t{65'536}, size_t{200'000}}) {
    Put(key, MadeText(size));
    EXPECT_TRUE(CopyToFile(blobs_, key, folder_.path() / "copy"));
    EXPECT_EQ(FileText(folder_.path() / "copy"), MadeText(size)) << size;
  }
}

TEST_F(JobFilesTest, AreNotCopiedWhenTheyAreNotThere) {
  EXPECT_FALSE(CopyToFile(blobs_, FolderOfAttempt(job_).Join("a"), folder_.path() / "copy"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "copy"));
}

TEST_F(JobFilesTest, AreNotCopiedInPart) {
  const BlobKey key = FolderOfAttempt(job_).Join("a");
  Put(key);
  try {
    CopyToFile(blobs_, key, "/dev/full");
    ADD_FAILURE() << "copied to nowhere";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kStorageFull);
  }
}

TEST_F(JobFilesTest, OfACompleteJobAreItsOutputs) {
  const BlobKey folder = FolderOfJob(job_.user_id, job_.id);
  for (const char* name : {"1/processed.mp4", "1/masks.jsonl", "checkpoint/masks.jsonl",
                           "120/report.json", "checkpoint/state.3", "12/processed.mp4"}) {
    Put(folder.Join(name));
  }
  RemoveAllButOutputs(blobs_, job_);
  EXPECT_EQ(Files(), std::vector<std::string>{"12/processed.mp4"});
}

TEST_F(JobFilesTest, OfAnAttemptThatIsTriedAgainAreItsCheckpoint) {
  const BlobKey folder = FolderOfJob(job_.user_id, job_.id);
  for (const char* name : {"checkpoint/masks.jsonl", "12/processed.mp4", "12/masks.jsonl",
                           "12/report.json", "checkpoint/state.3"}) {
    Put(folder.Join(name));
  }
  RemoveOutputs(blobs_, job_);
  EXPECT_EQ(Files(), (std::vector<std::string>{"checkpoint/masks.jsonl", "checkpoint/state.3"}));
}

}  // namespace
}  // namespace tapmask
