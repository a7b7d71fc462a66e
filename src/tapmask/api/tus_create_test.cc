// SPDX-License-Identifier: Apache-2.0
// POST /api/v1/uploads, and what all of tus has in common.

#include "tapmask/api/upload_fixture.h"
#include "tapmask/storage/upload_files.h"

namespace tapmask::api {
namespace {

using namespace std::chrono_literals;

class TusCreate : public UploadFixture {
 protected:
  TestClient::Answer Post(Headers headers, const std::optional<std::string>& body = std::nullopt) {
    if (body && !headers.Has("Content-Type")) {
      headers.Add("Content-Type", "application/offset+octet-stream");
    }
    return Send("POST", kTus, headers, body);
  }
  void ExpectRefused(const TestClient::Answer& answer, int status, std::string_view code) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.code(), code);
    EXPECT_EQ(answer.headers.Get("Tus-Resumable"), "1.0.0");
    ExpectNothingLeft();
  }
};

TEST_F(TusCreate, MakesAnUpload) {
  const auto answer = Post({{"Upload-Length", "300"}, {"Upload-Metadata", "filename YS5tcDQ="}});

  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.headers.Get("Tus-Resumable"), "1.0.0");
  EXPECT_EQ(answer.headers.Get("Upload-Offset"), "0");
  EXPECT_EQ(answer.headers.Get("Upload-Expires"), "Wed, 04 Mar 2026 08:30:00 GMT");
  EXPECT_FALSE(answer.headers.Has("Tapmask-Job-Id"));
  const std::string url(*answer.headers.Get("Location"));
  EXPECT_TRUE(url.starts_with("/api/v1/uploads/"));
  EXPECT_EQ(Offset(url), 0);
}

TEST_F(TusCreate, TakesTheWholeFileAtOnce) {
  const std::string data = MadeVideo(300'000);

  const auto answer =
      Post({{"Upload-Length", "300000"}, {"Upload-Metadata", "filename YS5tcDQ="}}, data);

  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.headers.Get("Upload-Offset"), "300000");
  EXPECT_EQ(StoredVideo(answer), data);
  EXPECT_EQ(Videos().at(0).original_filename, "a.mp4");
  EXPECT_TRUE(Videos().at(0).storage_key.ends_with("/original.mp4"));
  EXPECT_EQ(Videos().at(0).expires_at, clock.Now() + 24h);
}

TEST_F(TusCreate, TakesTheFirstBytes) {
  const std::string data = MadeVideo(1'000);

  const auto answer = Post({{"Upload-Length", "1000"}}, data.substr(0, 400));

  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.headers.Get("Upload-Offset"), "400");
  const std::string url(*answer.headers.Get("Location"));
  EXPECT_EQ(StoredVideo(Patch(url, 400, data.substr(400))), data);
}

TEST_F(TusCreate, TakesTheFirstBytesWithTheLengthToldLater) {
  const std::string data = MadeVideo(1'000);

  const auto answer = Post({{"Upload-Defer-Length", "1"}}, data.substr(0, 400));

  EXPECT_EQ(answer.status, 201);
  const std::string url(*answer.headers.Get("Location"));
  EXPECT_EQ(StoredVideo(Patch(url, 400, data.substr(400), {{"Upload-Length", "1000"}})), data);
}

TEST_F(TusCreate, RefusesAnotherVersion) {
  for (const char* version : {"0.2.2", "1.0.1", ""}) {
    const auto answer = Post({{"Tus-Resumable", version}, {"Upload-Length", "1"}});
    ExpectRefused(answer, 412, "tus_version_unsupported");
    EXPECT_EQ(answer.headers.Get("Tus-Version"), "1.0.0");
  }
}

TEST_F(TusCreate, RefusesWhatIsMissingOrMalformed) {
  ExpectRefused(Post({}), 400, "invalid_argument");
  ExpectRefused(Post({{"Upload-Length", "-5"}}), 400, "invalid_argument");
  ExpectRefused(Post({{"Upload-Length", "5"}, {"Upload-Defer-Length", "1"}}), 400,
                "invalid_argument");
  ExpectRefused(Post({{"Upload-Length", "5"}, {"Upload-Metadata", "a b c"}}), 400,
                "invalid_argument");
  ExpectRefused(Post({{"Upload-Length", "5"}, {"Upload-Concat", "partial"}}), 400,
                "invalid_argument");
  ExpectRefused(Post({{"Upload-Length", "5"}}, MadeVideo(30)), 400, "invalid_argument");
  ExpectRefused(Post({{"Upload-Length", "30"}, {"Content-Type", "video/mp4"}}, MadeVideo(30)), 415,
                "unsupported_content_type");
  ExpectRefused(Post({{"Upload-Length", "30"}, {"Upload-Checksum", "md5 XUFAKrxLKna5cZ2REBfFkg=="}},
                     MadeVideo(30)),
                400, "checksum_unsupported");
}

TEST_F(TusCreate, RefusesAnEmptyFileAndWhatIsNoVideo) {
  ExpectRefused(Post({{"Upload-Length", "0"}}), 415, "unsupported_media");
  ExpectRefused(Post({{"Upload-Length", "60"}}, std::string(60, 'x')), 415, "unsupported_media");
}

TEST_F(TusCreate, RefusesAWrongChecksumAndKeepsNothing) {
  const std::string data = MadeVideo(3'000);
  const std::string wrong = "sha256 " + Sha256Base64("other");

  ExpectRefused(Post({{"Upload-Length", "3000"}, {"Upload-Checksum", wrong}}, data), 460,
                "checksum_mismatch");

  const std::string right = "sha256 " + Sha256Base64(data);
  const auto answer = Post({{"Upload-Length", "3000"}, {"Upload-Checksum", right}}, data);
  EXPECT_EQ(StoredVideo(answer), data);
}

TEST_F(TusCreate, RefusesAFileThatIsTooLargeForTheTierBeforeItsBytes) {
  TestClient client = Connect();
  client.Send(HeadText("POST", kTus,
                       {{"Upload-Length", "500000001"},
                        {"Content-Type", "application/offset+octet-stream"},
                        {"Expect", "100-continue"}},
                       500'000'001));
  ExpectRefused(client.Read(), 413, "file_too_large");  // No 100 Continue came before.

  user = AddUser(Tier::kPro);
  EXPECT_EQ(Post({{"Upload-Length", "500000001"}}).status, 201);
}

TEST_F(TusCreate, RefusesWhatTheAccountMayNotKeep) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Post({{"Upload-Length", "500000000"}}).status, 201);
  EXPECT_EQ(Post({{"Upload-Length", "1"}}).code(), "storage_quota_exceeded");

  // What is given up is free again.
  const Upload first = stores().uploads().OfUser(user.id).at(0);
  const std::string url = std::string(kTus) + "/" + first.id.text();
  EXPECT_EQ(Send("DELETE", url).status, 204);
  EXPECT_EQ(Post({{"Upload-Length", "1"}}).status, 201);
}

TEST_F(TusCreate, RefusesWhenTheMonthsVideosAreUsedUp) {
  for (uint64_t i = 0; i < 5; ++i) {
    const auto answer = Post({{"Upload-Length", "100"}}, MadeVideo(100, i));
    ASSERT_EQ(answer.status, 201);
    NewJob job;
    job.id = JobId::New();
    job.user_id = user.id;
    job.video_id = *VideoId::Parse(*answer.headers.Get("Tapmask-Video-Id"));
    job.request = "{}";
    stores().jobs().Cancel(user.id, *JobId::Parse(*answer.headers.Get("Tapmask-Job-Id")),
                           clock.Now());
    ASSERT_EQ(stores().jobs().Enqueue(job, clock.Now()), Enqueued::kNew);
  }

  const auto answer = Post({{"Upload-Length", "100"}});

  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.code(), "quota_exceeded");
  EXPECT_NE(answer.body.find("2026-04-03"), std::string::npos) << answer.body;
}

TEST_F(TusCreate, RefusesWhenTheDiskIsFull) {
  blobs().free_bytes = 64'000'000 + 999;
  ExpectRefused(Post({{"Upload-Length", "1000"}}), 507, "storage_full");
  EXPECT_EQ(Post({{"Upload-Length", "999"}}).status, 201);
}

// What was wrong: its place in the account was taken until its time was over.
TEST_F(TusCreate, LeavesNoRowWhenItsFileCannotBeMade) {
  const std::filesystem::path folder = blobs().WorkFolder("uploads");
  std::filesystem::remove(folder);
  EXPECT_GE(Post({{"Upload-Length", "1000"}}).status, 500);
  EXPECT_TRUE(stores().uploads().OfUser(user.id).empty());

  EXPECT_EQ(blobs().WorkFolder("uploads"), folder);
  EXPECT_EQ(Post({{"Upload-Length", "1000"}}).status, 201);
}

TEST_F(TusCreate, RefusesMoreUnfinishedUploadsThanAnAccountMayHave) {
  std::string url;
  for (int i = 0; i < kMostUnfinishedUploads; ++i) url = Create(1'000);
  const auto answer = Post({{"Upload-Length", "1000"}});
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.code(), "rate_limited");
  EXPECT_TRUE(answer.headers.Has("Retry-After"));
  EXPECT_EQ(UploadFiles(blobs()).Ids().size(), static_cast<size_t>(kMostUnfinishedUploads));

  EXPECT_EQ(Send("DELETE", url).status, 204);
  EXPECT_EQ(Post({{"Upload-Length", "1000"}}).status, 201);
}

TEST_F(TusCreate, NeedsACredential) {
  user.id = UserId::New();
  EXPECT_EQ(Post({{"Upload-Length", "1000"}}).status, 401);
}

TEST_F(TusCreate, KeepsNothingOfACutCreation) {
  TestClient client = Connect();
  client.Send(
      HeadText("POST", kTus,
               {{"Upload-Length", "3000"}, {"Content-Type", "application/offset+octet-stream"}},
               3'000) +
      MadeVideo(1'000));
  client.EndSending();

  ExpectRefused(client.Read(), 400, "bad_request");
}

TEST_F(TusCreate, OptionsSaysWhatThereIs) {
  for (const std::string& url : {std::string(kTus), std::string(kTus) + "/x"}) {
    const auto answer = Send("OPTIONS", url, {{"Tus-Resumable", "0.0.1"}});
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.headers.Get("Tus-Version"), "1.0.0");
    EXPECT_EQ(
        answer.headers.Get("Tus-Extension"),
        "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination");
    EXPECT_EQ(answer.headers.Get("Tus-Checksum-Algorithm"), "sha1,sha256");
    EXPECT_FALSE(answer.headers.Has("Tus-Max-Size"));
  }
}

TEST_F(TusCreate, S3RoutesSayThatThereIsNone) {
  const std::string base = "/api/v1/s3/multipart";
  for (const auto& [method, path] :
       {std::pair("POST", ""), std::pair("GET", "/u?key=k"), std::pair("DELETE", "/u?key=k"),
        std::pair("GET", "/u/batch"), std::pair("POST", "/u/complete"), std::pair("GET", "/u/1")}) {
    const auto answer = Send(method, base + path);
    EXPECT_EQ(answer.status, 501) << method << path;
    EXPECT_EQ(answer.code(), "s3_not_available");
  }
}

}  // namespace
}  // namespace tapmask::api
