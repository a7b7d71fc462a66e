// SPDX-License-Identifier: Apache-2.0
// Uploads through cut lines, restarts and crashes.
#include "tapmask/api/upload_upkeep.h"

#include <algorithm>
#include <random>

#include "tapmask/api/store_upload.h"
#include "tapmask/api/upload_fixture.h"
#include "tapmask/storage/upload_files.h"

namespace tapmask::api {
namespace {

using namespace std::chrono_literals;

class UploadUpkeep : public UploadFixture {
 protected:
  Upload TheUpload() { return stores().uploads().OfUser(user.id).at(0); }
  static void Crash() { throw std::runtime_error("the power is gone"); }
};

TEST_F(UploadUpkeep, AFileComesThroughLinesCutAnywhere) {
  std::mt19937 random(7);
  for (int round = 0; round < 4; ++round) {
    const size_t size = 2'000'000;
    const std::string data = MadeVideo(size, static_cast<uint64_t>(round));
    const std::string url = Create(static_cast<int64_t>(size));
    // The server may look at a request only when its client has gone and the next one has come, so
    // bytes of any of them may still arrive.
    size_t most_sent = 0;
    TestClient::Answer last;
    for (int tries = 0; last.status != 204 && tries < 50; ++tries) {
      const int64_t there = Offset(url);
      ASSERT_GE(there, 0);
      ASSERT_LE(there, static_cast<int64_t>(most_sent));
      const size_t offset = static_cast<size_t>(there);
      if (tries >= 12) {
        last = Patch(url, there, data.substr(offset));
        most_sent = size;
        continue;
      }
      TestClient client = Connect();
      const size_t sent = random() % (size - offset);
      client.Send(PatchHead(url, there, size - offset) + data.substr(offset, sent));
      if (tries % 3 == 0) client.EndSending(), client.Read();
      client.Close();
      most_sent = std::max(most_sent, offset + sent);
    }
    ASSERT_EQ(Sha256Base64(StoredVideo(last)), Sha256Base64(data));
  }
}

TEST_F(UploadUpkeep, GoesOnAfterARestart) {
  const std::string data = MadeVideo(500'000);
  const std::string url = Create(500'000);
  for (size_t at = 0; at < 400'000; at += 100'000) {
    ASSERT_EQ(Patch(url, static_cast<int64_t>(at), data.substr(at, 100'000)).status, 204);
    Restart();
    ASSERT_EQ(Offset(url), static_cast<int64_t>(at + 100'000));
  }
  EXPECT_EQ(StoredVideo(Patch(url, 400'000, data.substr(400'000))), data);
}

TEST_F(UploadUpkeep, KeepsNoUncheckedBytesOverACrash) {
  const std::string url = Create(500'000);
  ASSERT_EQ(Patch(url, 0, MadeVideo(1'000)).status, 204);
  {
    // As a server leaves it that was killed while a body with a checksum came.
    auto file = UploadFiles(blobs()).Open(TheUpload().id, UploadFiles::Unchecked::kKeep);
    file->BeginUnchecked();
    file->Append(std::string(499'000, 'x'));
  }
  Restart();

  EXPECT_EQ(FinishInterruptedUploads(services()), 0);
  EXPECT_EQ(Offset(url), 1'000);
}

TEST_F(UploadUpkeep, MakesTheVideoOfAFileThatIsAllThere) {
  const std::string data = MadeVideo(1'000);
  const std::string url = Create(1'000);
  blobs().before_put = Crash;
  EXPECT_EQ(Patch(url, 0, data).status, 500);
  Restart();

  EXPECT_EQ(FinishInterruptedUploads(services()), 1);

  EXPECT_EQ(StoredVideo(Send("HEAD", url)), data);
  EXPECT_EQ(FinishInterruptedUploads(services()), 0);
  EXPECT_EQ(Videos().size(), 1u);
}

TEST_F(UploadUpkeep, MakesTheVideoOfAStoredFileWithoutAJob) {
  const std::string data = MadeVideo(1'000);
  const std::string url = Create(1'000);
  blobs().after_put = Crash;
  EXPECT_EQ(Patch(url, 0, data).status, 500);
  Restart();

  EXPECT_EQ(FinishInterruptedUploads(services()), 1);

  EXPECT_EQ(StoredVideo(Send("HEAD", url)), data);
  EXPECT_EQ(Videos().size(), 1u);
}

TEST_F(UploadUpkeep, AClientThatComesFirstMakesTheVideo) {
  for (const bool is_stored : {false, true}) {
    const std::string data = MadeVideo(1'000 + (is_stored ? 1 : 0));
    const std::string url = Create(static_cast<int64_t>(data.size()));
    (is_stored ? blobs().after_put : blobs().before_put) = Crash;
    EXPECT_EQ(Patch(url, 0, data).status, 500);
    Restart();

    EXPECT_EQ(StoredVideo(Send("HEAD", url)), data);
    EXPECT_EQ(FinishInterruptedUploads(services()), 0);
  }
  EXPECT_EQ(Videos().size(), 2u);
}

TEST_F(UploadUpkeep, MakesNoSecondVideoWhenOnlyTheLastMarkIsMissing) {
  const std::string data = MadeVideo(1'000);
  const std::string url = Create(1'000);
  Upload upload = TheUpload();
  ASSERT_EQ(Patch(url, 0, data).status, 204);
  // The row as it was before the video was made.
  ASSERT_TRUE(stores().uploads().Remove(user.id, upload.id));
  ASSERT_TRUE(stores().uploads().Add(upload, INT64_MAX));
  Restart();

  EXPECT_EQ(FinishInterruptedUploads(services()), 1);

  EXPECT_EQ(Videos().size(), 1u);
  EXPECT_EQ(StoredVideo(Send("HEAD", url)), data);
}

TEST_F(UploadUpkeep, BringsNoDeletedVideoBack) {
  const std::string url = Create(1'000);
  Upload upload = TheUpload();
  ASSERT_EQ(Patch(url, 0, MadeVideo(1'000)).status, 204);
  ASSERT_TRUE(stores().uploads().Remove(user.id, upload.id));
  ASSERT_TRUE(stores().uploads().Add(upload, INT64_MAX));
  ASSERT_TRUE(stores().videos().Delete(user.id, upload.video_id, "deleted", clock.Now()));
  blobs().RemoveAll(BlobKey::Make(user.id.text()));

  EXPECT_EQ(FinishInterruptedUploads(services()), 1);

  EXPECT_TRUE(Videos().empty());
  EXPECT_TRUE(blobs().List(std::nullopt).empty());
}

TEST_F(UploadUpkeep, LeavesUploadsThatAreNotWhole) {
  const std::string url = Create(1'000);
  ASSERT_EQ(Patch(url, 0, MadeVideo(999)).status, 204);
  const auto deferred = Send("POST", kTus, {{"Upload-Defer-Length", "1"}});
  ASSERT_EQ(deferred.status, 201);

  EXPECT_EQ(FinishInterruptedUploads(services()), 0);
  EXPECT_EQ(Offset(url), 999);
}

TEST_F(UploadUpkeep, RemovesUploadsWhoseTimeIsOver) {
  const std::string url = Create(1'000);
  ASSERT_EQ(Patch(url, 0, MadeVideo(999)).status, 204);
  clock.Advance(24h - 1ms);
  EXPECT_EQ(RemoveExpiredUploads(stores(), blobs(), clock.Now()).files, 0);
  clock.Advance(1ms);

  const RemovedFiles removed = RemoveExpiredUploads(stores(), blobs(), clock.Now());

  EXPECT_EQ(removed.files, 1);
  EXPECT_EQ(removed.bytes, 999);
  ExpectNothingLeft();
}

TEST_F(UploadUpkeep, LeavesTheVideoOfAnUploadWhoseTimeIsOver) {
  settings.retention.reset();
  Restart();
  const std::string data = MadeVideo(1'000);
  const auto last = Patch(Create(1'000), 0, data);
  clock.Advance(25h);

  EXPECT_EQ(RemoveExpiredUploads(stores(), blobs(), clock.Now()).files, 0);

  EXPECT_EQ(StoredVideo(last), data);
  EXPECT_TRUE(stores().uploads().OfUser(user.id).empty());
}

TEST_F(UploadUpkeep, RemovesAStoredFileThatNeverGotItsJob) {
  const std::string url = Create(1'000);
  blobs().after_put = Crash;
  EXPECT_EQ(Patch(url, 0, MadeVideo(1'000)).status, 500);
  clock.Advance(25h);

  EXPECT_EQ(RemoveExpiredUploads(stores(), blobs(), clock.Now()).files, 1);
  ExpectNothingLeft();
}

// What was wrong: the first that could not be removed ended it for all that came after.
TEST_F(UploadUpkeep, OneThatCannotBeRemovedKeepsNoOtherWaiting) {
  const User first = user;
  for (int i = 0; i < kMostUnfinishedUploads; ++i) Create(1'000);
  clock.Advance(1s);
  user = AddUser(Tier::kFree);
  Create(1'000);
  Create(1'000);
  clock.Advance(25h);
  int failed = 0;
  blobs().before_remove = [&](const BlobKey& folder) {
    if (!folder.text().starts_with(first.id.text())) return;
    // Of any kind.
    if (++failed == 1) throw Error(Code::kUnavailable, "The disk is away.");
    throw std::runtime_error("what is that");
  };
  const UploadFiles files(blobs());
  files.Create(UploadId::New());

  try {
    RemoveExpiredUploads(stores(), blobs(), clock.Now());
    ADD_FAILURE() << "nobody was told";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kUnavailable);
  }
  EXPECT_EQ(failed, kMostUnfinishedUploads);
  EXPECT_TRUE(stores().uploads().OfUser(user.id).empty());
  EXPECT_TRUE(files.Ids().empty());

  blobs().before_remove = nullptr;
  RemoveExpiredUploads(stores(), blobs(), clock.Now());
  EXPECT_TRUE(stores().uploads().OfUser(first.id).empty());
}

TEST_F(UploadUpkeep, RemovesTheFileThatAFinishedUploadLeftBehind) {
  const std::string url = Create(1'000), other = Create(1'000);
  ASSERT_EQ(Patch(url, 0, MadeVideo(1'000)).status, 204);
  const std::vector<Upload> uploads = stores().uploads().OfUser(user.id);
  const Upload& done = uploads.at(uploads.at(0).is_complete ? 0 : 1);
  const UploadFiles files(blobs());
  files.Create(done.id);

  EXPECT_EQ(RemoveExpiredUploads(stores(), blobs(), clock.Now()).files, 1);

  EXPECT_EQ(files.Ids().size(), 1u);
  EXPECT_EQ(Offset(url), 1'000);
  EXPECT_EQ(Offset(other), 0);
}

TEST_F(UploadUpkeep, FinishesMoreThanAPageOfUploads) {
  const std::string data = MadeVideo(1'000);
  UploadFiles files(blobs());
  std::vector<User> users;
  for (int i = 0; i < 3; ++i) {
    user = AddUser(Tier::kFree);
    users.push_back(user);
    for (int j = 0; j < 60; ++j) Create(1'000);
    // All but one of them have come only in part.
    const Upload upload = stores().uploads().OfUser(user.id).at(30);
    files.Open(upload.id, UploadFiles::Unchecked::kDrop)->Append(data);
  }

  EXPECT_EQ(FinishInterruptedUploads(services()), 3);
  for (const User& one : users) {
    EXPECT_EQ(stores().videos().List(one.id, clock.Now()).size(), 1u);
  }
}

TEST_F(UploadUpkeep, RemovesFilesThatBelongToNoUpload) {
  const std::string url = Create(1'000);
  const UploadFiles files(blobs());
  files.Create(UploadId::New());

  EXPECT_EQ(RemoveExpiredUploads(stores(), blobs(), clock.Now()).files, 1);

  EXPECT_EQ(files.Ids().size(), 1u);
  EXPECT_EQ(Offset(url), 0);
}

TEST_F(UploadUpkeep, RemovesAllOfAnAccount) {
  Create(1'000);
  const std::string url = Create(2'000);
  ASSERT_EQ(Patch(url, 0, MadeVideo(500)).status, 204);

  EXPECT_EQ(RemoveUploadsOf(stores(), blobs(), user.id).files, 2);

  ExpectNothingLeft();
  EXPECT_TRUE(stores().users().Erase(user.id));
}

}  // namespace
}  // namespace tapmask::api
