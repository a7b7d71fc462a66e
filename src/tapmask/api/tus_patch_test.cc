// SPDX-License-Identifier: Apache-2.0
// PATCH, HEAD and DELETE of /api/v1/uploads/{uploadId}.

#include <thread>

#include "tapmask/api/error_response.h"
#include "tapmask/api/test_server.h"
#include "tapmask/api/upload_fixture.h"
#include "tapmask/storage/disk_reserve.h"
#include "tapmask/storage/upload_files.h"

namespace tapmask::api {
namespace {

using namespace std::chrono_literals;

class TusPatch : public UploadFixture {};
class TusHead : public UploadFixture {};
class TusTerminate : public UploadFixture {};
class TusAnswers : public UploadFixture {};

// Names of cases that tusd has as well are its own.

TEST_F(TusPatch, UploadChunk) {
  const std::string data = MadeVideo(200'000);
  const std::string url = Create(200'000);

  const auto first = Patch(url, 0, data.substr(0, 50'000));
  EXPECT_EQ(first.status, 204);
  EXPECT_EQ(first.headers.Get("Upload-Offset"), "50000");
  EXPECT_EQ(first.headers.Get("Tus-Resumable"), "1.0.0");
  EXPECT_TRUE(first.headers.Has("Upload-Expires"));
  EXPECT_FALSE(first.headers.Has("Tapmask-Job-Id"));
  EXPECT_TRUE(Videos().empty());
  const auto last = Patch(url, 50'000, data.substr(50'000));
  EXPECT_EQ(last.status, 204);
  EXPECT_EQ(last.headers.Get("Upload-Offset"), "200000");
  EXPECT_FALSE(last.headers.Has("Upload-Expires"));
  EXPECT_EQ(StoredVideo(last), data);
}

TEST_F(TusPatch, SinglePieceOfOneByteEach) {
  const std::string data = MadeVideo(40);
  const std::string url = Create(40);
  for (int64_t i = 0; i < 39; ++i) {
    ASSERT_EQ(Patch(url, i, data.substr(static_cast<size_t>(i), 1)).status, 204);
  }
  EXPECT_EQ(StoredVideo(Patch(url, 39, data.substr(39))), data);
}

TEST_F(TusPatch, MethodOverriding) {
  const std::string data = MadeVideo(100);
  const std::string url = Create(100);

  const auto answer = Send("POST", url,
                           {{"X-HTTP-Method-Override", "PATCH"},
                            {"Upload-Offset", "0"},
                            {"Content-Type", "application/offset+octet-stream"}},
                           data);

  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(StoredVideo(answer), data);
}

TEST_F(TusPatch, UploadChunkToFinished) {
  const std::string data = MadeVideo(100);
  const std::string url = Create(100);
  const auto last = Patch(url, 0, data);

  const auto again = Patch(url, 100, "");
  EXPECT_EQ(again.status, 204);
  EXPECT_EQ(again.headers.Get("Tapmask-Job-Id"), last.headers.Get("Tapmask-Job-Id"));
  const auto more = Patch(url, 100, "more");
  EXPECT_EQ(more.status, 409);
  EXPECT_EQ(more.code(), "upload_offset_mismatch");
  EXPECT_EQ(Patch(url, 0, data).status, 409);
  EXPECT_EQ(Videos().size(), 1u);
}

TEST_F(TusPatch, UploadNotFoundFail) {
  const auto unknown = Patch(std::string(kTus) + "/" + UploadId::New().text(), 0, "x");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.headers.Get("Tus-Resumable"), "1.0.0");
  EXPECT_EQ(Patch(std::string(kTus) + "/no-id", 0, "x").status, 404);
  const std::string url = Create(100);
  user = AddUser(Tier::kPro);
  EXPECT_EQ(Patch(url, 0, MadeVideo(100)).status, 404) << "another's upload";
  EXPECT_EQ(Offset(url), -1);
  EXPECT_EQ(Send("DELETE", url).status, 404);
}

TEST_F(TusPatch, MissmatchingOffsetFail) {
  const std::string url = Create(100);
  ASSERT_EQ(Patch(url, 0, MadeVideo(20)).status, 204);

  for (const int64_t offset : {0, 19, 21, 100}) {
    const auto answer = Patch(url, offset, "x");
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.code(), "upload_offset_mismatch");
    EXPECT_EQ(answer.headers.Get("Upload-Offset"), "20");
  }
  EXPECT_EQ(Offset(url), 20);
}

TEST_F(TusPatch, ExceedingMaxSizeFail) {
  const std::string url = Create(100);

  EXPECT_EQ(Patch(url, 0, MadeVideo(101)).code(), "upload_offset_mismatch");
  EXPECT_EQ(Offset(url), 0);

  // Chunked, so that nobody knows before.
  TestClient client = Connect();
  client.Send(HeadText("PATCH", url,
                       {{"Upload-Offset", "0"},
                        {"Content-Type", "application/offset+octet-stream"},
                        {"Transfer-Encoding", "chunked"}},
                       std::nullopt) +
              "64\r\n" + MadeVideo(100) + "\r\n1\r\nx\r\n0\r\n\r\n");
  const auto answer = client.Read();
  EXPECT_EQ(answer.code(), "upload_offset_mismatch");
  EXPECT_EQ(answer.headers.Get("Upload-Offset"), std::to_string(Offset(url)));
}

TEST_F(TusPatch, InvalidHeadersFail) {
  const std::string url = Create(100);
  const std::string data = MadeVideo(100);
  EXPECT_EQ(Patch(url, 0, data, {{"Content-Type", "video/mp4"}}).code(),
            "unsupported_content_type");
  EXPECT_EQ(Patch(url, 0, data, {{"Tus-Resumable", "2.0.0"}}).status, 412);
  EXPECT_EQ(Patch(url, -5, data).code(), "invalid_argument");
  EXPECT_EQ(Send("PATCH", url, {{"Content-Type", "application/offset+octet-stream"}}, data).code(),
            "invalid_argument");
  EXPECT_EQ(Offset(url), 0);
}

TEST_F(TusPatch, DeclareLengthOnFinalChunk) {
  const std::string data = MadeVideo(100);
  const std::string url = [&] {
    const auto answer = Send("POST", kTus, {{"Upload-Defer-Length", "1"}});
    return std::string(*answer.headers.Get("Location"));
  }();
  ASSERT_EQ(Patch(url, 0, data.substr(0, 30)).status, 204);
  const auto head = Send("HEAD", url);
  EXPECT_EQ(head.headers.Get("Upload-Defer-Length"), "1");
  EXPECT_FALSE(head.headers.Has("Upload-Length"));

  EXPECT_EQ(Patch(url, 30, "", {{"Upload-Length", "29"}}).code(), "invalid_argument");
  EXPECT_EQ(Patch(url, 30, "", {{"Upload-Length", "500000001"}}).code(), "file_too_large");
  const auto last = Patch(url, 30, data.substr(30), {{"Upload-Length", "100"}});

  EXPECT_EQ(StoredVideo(last), data);
  EXPECT_EQ(Patch(url, 100, "", {{"Upload-Length", "101"}}).code(), "invalid_argument");
}

TEST_F(TusPatch, DeclareLengthAfterFinalChunk) {
  const std::string data = MadeVideo(100);
  const auto made = Send("POST", kTus, {{"Upload-Defer-Length", "1"}});
  const std::string url(*made.headers.Get("Location"));
  ASSERT_EQ(Patch(url, 0, data).status, 204);

  EXPECT_EQ(StoredVideo(Patch(url, 100, "", {{"Upload-Length", "100"}})), data);
}

TEST_F(TusPatch, BodyReadErrorKeepsWhatCame) {
  const std::string data = MadeVideo(600'000);
  const std::string url = Create(600'000);
  TestClient client = Connect();
  client.Send(PatchHead(url, 0, data.size()) + data.substr(0, 321'000));
  client.EndSending();

  const auto answer = client.Read();

  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(Offset(url), 321'000);
  EXPECT_EQ(StoredVideo(Patch(url, 321'000, data.substr(321'000))), data);
}

TEST_F(TusPatch, ChecksumOfWhatCame) {
  const std::string data = MadeVideo(300'000);
  const std::string url = Create(300'000);
  const auto checksum = [](std::string_view body) {
    return Headers{{"Upload-Checksum", "sha256 " + Sha256Base64(body)}};
  };
  ASSERT_EQ(Patch(url, 0, data.substr(0, 1'000), checksum(data.substr(0, 1'000))).status, 204);

  const auto wrong = Patch(url, 1'000, data.substr(1'000), checksum("another"));
  EXPECT_EQ(wrong.status, 460);
  EXPECT_EQ(wrong.code(), "checksum_mismatch");
  EXPECT_EQ(wrong.headers.Get("Tus-Resumable"), "1.0.0");
  EXPECT_EQ(Offset(url), 1'000);
  EXPECT_TRUE(Videos().empty());

  EXPECT_EQ(StoredVideo(Patch(url, 1'000, data.substr(1'000), checksum(data.substr(1'000)))), data);
}

TEST_F(TusPatch, KeepsNothingOfACutBodyWithAChecksum) {
  const std::string data = MadeVideo(600'000);
  const std::string url = Create(600'000);
  TestClient client = Connect();
  client.Send(
      PatchHead(url, 0, data.size(), {{"Upload-Checksum", "sha256 " + Sha256Base64(data)}}) +
      data.substr(0, 400'000));
  client.EndSending();

  EXPECT_EQ(client.Read().status, 400);
  EXPECT_EQ(Offset(url), 0);
}

TEST_F(TusPatch, RefusesWhatIsNoVideoBeforeTheRestHasCome) {
  const std::string url = Create(1'000'000);
  TestClient client = Connect();
  client.Send(PatchHead(url, 0, 1'000'000) + "Dear reader, this is not a video.");

  const auto answer = client.Read();

  EXPECT_EQ(answer.status, 415);
  EXPECT_EQ(answer.code(), "unsupported_media");
  EXPECT_EQ(Offset(url), -1);
  ExpectNothingLeft();
}

TEST_F(TusPatch, RefusesAFileThatEndsBeforeItIsAVideo) {
  const std::string url = Create(6);
  EXPECT_EQ(Patch(url, 0, MadeVideo(6)).code(), "unsupported_media");
  ExpectNothingLeft();
}

// The request has the upload once it is told to go on.
void AwaitContinue(TestClient& client) {
  EXPECT_EQ(client.Read().status, 100);
}

TEST_F(TusPatch, ANewRequestTakesTheUploadOver) {
  const std::string data = MadeVideo(500'000);
  const std::string url = Create(500'000);
  TestClient older = Connect();
  older.Send(PatchHead(url, 0, data.size(), {{"Expect", "100-continue"}}));
  AwaitContinue(older);
  older.Send(data.substr(0, 100'000));

  const int64_t offset = Offset(url);
  ASSERT_GE(offset, 0);
  ASSERT_LE(offset, 100'000);
  const auto last = Patch(url, offset, data.substr(static_cast<size_t>(offset)));
  older.Send(std::string(400'000, 'x'));

  EXPECT_EQ(StoredVideo(last), data);
  const auto answer = older.Read();
  EXPECT_EQ(answer.status, 423);
  EXPECT_EQ(answer.code(), "upload_locked");
}

TEST_F(TusPatch, WhatATakenOverBodyWithAChecksumBroughtIsDropped) {
  const std::string data = MadeVideo(500'000);
  const std::string url = Create(500'000);
  TestClient older = Connect();
  older.Send(
      PatchHead(url, 0, data.size(),
                {{"Expect", "100-continue"}, {"Upload-Checksum", "sha256 " + Sha256Base64(data)}}));
  AwaitContinue(older);
  older.Send(data.substr(0, 450'000));

  EXPECT_EQ(Offset(url), 0);
  EXPECT_EQ(StoredVideo(Patch(url, 0, data)), data);
}

// The second may end the first and then find that it has the wrong offset, so both may fail. But
// what is there is always of one of them.
TEST_F(TusPatch, TwoAtOnceNeverMixTheirBytes) {
  for (uint64_t round = 0; round < 15; ++round) {
    const std::string datas[2] = {MadeVideo(400'000, 2 * round), MadeVideo(400'000, 2 * round + 1)};
    const std::string url = Create(400'000);
    const Upload upload = stores().uploads().OfUser(user.id).back();
    TestClient::Answer answers[2];
    {
      std::jthread one([&] { answers[0] = Patch(url, 0, datas[0]); });
      std::jthread two([&] { answers[1] = Patch(url, 0, datas[1]); });
    }
    ASSERT_FALSE(answers[0].status == 204 && answers[1].status == 204);
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(answers[i].status == 204 || answers[i].status == 409 || answers[i].status == 423)
          << answers[i].status;
      if (answers[i].status != 204) continue;
      ASSERT_EQ(StoredVideo(answers[i]), datas[i]);
      ASSERT_TRUE(stores().jobs().Cancel(
          user.id, *JobId::Parse(*answers[i].headers.Get("Tapmask-Job-Id")), clock.Now()));
    }
    const std::string there = FileText(UploadFiles(blobs()).PathOf(upload.id));
    ASSERT_TRUE(datas[0].starts_with(there) || datas[1].starts_with(there));
    ASSERT_EQ(Send("DELETE", url).status, 204);
  }
}

TEST_F(TusPatch, IsLockedWhileTheVideoIsMade) {
  tus_options.lock_time = 20ms;
  Restart();
  const std::string data = MadeVideo(1'000);
  const std::string url = Create(1'000);
  Gate gate;
  blobs().before_put = [&] { gate.Pass(); };
  TestClient client = Connect();
  client.Send(PatchHead(url, 0, data.size()) + data);
  gate.AwaitWaiting(1);

  const auto head = Send("HEAD", url);
  EXPECT_EQ(head.status, 423);
  EXPECT_EQ(head.headers.Get("Tus-Resumable"), "1.0.0");
  const auto patch = Patch(url, 0, data);
  EXPECT_EQ(patch.code(), "upload_locked");
  EXPECT_TRUE(patch.headers.Has("Retry-After"));
  EXPECT_EQ(Send("DELETE", url).status, 423);

  gate.Open();
  EXPECT_EQ(StoredVideo(client.Read()), data);
}

TEST_F(TusPatch, AFullQueueIsTriedAgainWithAnEmptyBody) {
  rules.max_queued = 1;
  Restart();
  const auto first = Patch(Create(100), 0, MadeVideo(100));
  ASSERT_EQ(first.status, 204);
  const std::string data = MadeVideo(200);
  const std::string url = Create(200);

  const auto full = Patch(url, 0, data);
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(full.code(), "queue_full");
  EXPECT_TRUE(full.headers.Has("Retry-After"));
  EXPECT_EQ(Offset(url), 200);
  EXPECT_EQ(Patch(url, 200, "").code(), "queue_full");
  EXPECT_EQ(Videos().size(), 1u);

  stores().jobs().Cancel(user.id, *JobId::Parse(*first.headers.Get("Tapmask-Job-Id")), clock.Now());
  EXPECT_EQ(StoredVideo(Patch(url, 200, "")), data);
  EXPECT_EQ(Videos().size(), 2u);
}

// What was wrong: the disk was asked before the first byte only, and filled up to the last.
TEST_F(TusPatch, StopsWhileTheDiskHasSomeBytesAndKeepsWhatCame) {
  const std::string data = MadeVideo(2'000'000);
  for (const bool has_checksum : {false, true}) {
    for (const bool is_deferred : {false, true}) {
      std::string url;
      if (is_deferred) {
        url = Send("POST", kTus, {{"Upload-Defer-Length", "1"}}).headers.Get("Location").value();
      } else {
        url = Create(2'000'000);
      }
      ASSERT_EQ(Patch(url, 0, data.substr(0, 1'000)).status, 204);
      int asked = 0;
      blobs().on_free_bytes = [&] {
        // Something else takes all of it.
        blobs().free_bytes = kSpareDiskBytes + (++asked < 3 ? 64 * 300'000 : 999);
      };
      Headers extra;
      if (has_checksum) extra.Add("Upload-Checksum", "sha256 " + Sha256Base64(data.substr(1'000)));
      TestClient client = Connect();
      client.Send(PatchHead(url, 1'000, data.size() - 1'000, extra));
      // Not all of it: the answer might get lost behind what nobody reads.
      client.Send(data.substr(1'000, 1'500'000));
      client.EndSending();
      const auto answer = client.Read();
      EXPECT_EQ(answer.status, 507) << answer.body;
      EXPECT_EQ(answer.code(), "storage_full");
      EXPECT_EQ(asked, 3);
      const int64_t offset = Offset(url);
      EXPECT_EQ(answer.headers.Get("Upload-Offset"), std::to_string(offset));
      if (has_checksum) {
        EXPECT_EQ(offset, 1'000);
      } else {
        EXPECT_GT(offset, 300'000);
        EXPECT_LT(offset, 1'400'000);
      }

      blobs().on_free_bytes = nullptr;
      blobs().free_bytes.reset();
      Headers last;
      if (is_deferred) last.Add("Upload-Length", "2000000");
      EXPECT_EQ(StoredVideo(Patch(url, offset, data.substr(static_cast<size_t>(offset)), last)),
                data);
    }
  }
}

TEST_F(TusPatch, AsksTheDiskNotAtEachWrite) {
  int asked = 0;
  blobs().on_free_bytes = [&] { ++asked; };
  blobs().free_bytes = 10'000'000'000;
  const std::string url = Create(8'000'000);
  asked = 0;
  ASSERT_EQ(Patch(url, 0, MadeVideo(8'000'000)).status, 204);
  EXPECT_EQ(asked, 1);
}

TEST_F(TusPatch, AWholeFileThatCannotBeStoredIsKeptOnAFullDisk) {
  const std::string data = MadeVideo(1'000);
  const std::string url = Create(1'000);
  blobs().before_put = [] { throw Error(Code::kStorageFull, "full"); };
  const auto answer = Patch(url, 0, data);
  EXPECT_EQ(answer.status, 507);
  EXPECT_EQ(answer.headers.Get("Upload-Offset"), "1000");

  blobs().before_put = nullptr;
  EXPECT_EQ(StoredVideo(Patch(url, 1'000, "")), data);
}

TEST_F(TusPatch, TooManyWaitingJobsAreToldApart) {
  rules.tiers.free.max_waiting_jobs = 1;
  Restart();
  ASSERT_EQ(Patch(Create(100), 0, MadeVideo(100)).status, 204);
  EXPECT_EQ(Patch(Create(100), 0, MadeVideo(100)).code(), "too_many_jobs");
}

TEST_F(TusHead, Status) {
  const auto made =
      Send("POST", kTus, {{"Upload-Length", "100"}, {"Upload-Metadata", "filename c8WCb8WEY2U="}});
  const std::string url(*made.headers.Get("Location"));
  ASSERT_EQ(Patch(url, 0, MadeVideo(44)).status, 204);

  const auto answer = Send("HEAD", url);

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.Get("Upload-Offset"), "44");
  EXPECT_EQ(answer.headers.Get("Upload-Length"), "100");
  EXPECT_EQ(answer.headers.Get("Upload-Metadata"), "filename c8WCb8WEY2U=");
  EXPECT_EQ(answer.headers.Get("Upload-Expires"), "Wed, 04 Mar 2026 08:30:00 GMT");
  EXPECT_NE(answer.headers.Get("Cache-Control")->find("no-store"), std::string::npos);
  EXPECT_FALSE(answer.headers.Has("Upload-Defer-Length"));
  EXPECT_EQ(Send("HEAD", url, {{"Tus-Resumable", "0.1"}}).status, 412);
}

TEST_F(TusHead, SaysOfAWholeUploadWhatItBecame) {
  const std::string data = MadeVideo(100);
  const std::string url = Create(100);
  ASSERT_EQ(Patch(url, 0, data).status, 204);

  const auto answer = Send("HEAD", url);

  EXPECT_EQ(answer.headers.Get("Upload-Offset"), "100");
  EXPECT_EQ(answer.headers.Get("Upload-Length"), "100");
  EXPECT_FALSE(answer.headers.Has("Upload-Expires"));
  EXPECT_EQ(StoredVideo(answer), data);
}

TEST_F(TusHead, DoesNotKnowAnUploadWhoseTimeIsOver) {
  const std::string url = Create(100);
  clock.Advance(24h - 1ms);
  EXPECT_EQ(Offset(url), 0);
  clock.Advance(1ms);
  EXPECT_EQ(Offset(url), -1);
}

TEST_F(TusHead, BytesGiveAnUploadTime) {
  const std::string url = Create(100);
  clock.Advance(20h);
  const auto answer = Patch(url, 0, MadeVideo(30));
  EXPECT_EQ(answer.headers.Get("Upload-Expires"), "Thu, 05 Mar 2026 04:30:00 GMT");
  clock.Advance(20h);
  EXPECT_EQ(Offset(url), 30);
}

TEST_F(TusTerminate, RemovesTheUpload) {
  const std::string url = Create(100);
  ASSERT_EQ(Patch(url, 0, MadeVideo(30)).status, 204);
  EXPECT_EQ(Send("DELETE", url, {{"Tus-Resumable", "0.1"}}).status, 412);

  const auto answer = Send("DELETE", url);

  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.headers.Get("Tus-Resumable"), "1.0.0");
  EXPECT_EQ(Offset(url), -1);
  EXPECT_EQ(Send("DELETE", url).status, 404);
  EXPECT_EQ(Patch(url, 30, "x").status, 404);
  ExpectNothingLeft();
}

TEST_F(TusTerminate, LeavesTheVideo) {
  const std::string data = MadeVideo(100);
  const std::string url = Create(100);
  const auto last = Patch(url, 0, data);

  EXPECT_EQ(Send("DELETE", url).status, 204);

  EXPECT_EQ(StoredVideo(last), data);
  EXPECT_EQ(Offset(url), -1);
}

TEST_F(TusTerminate, EndsTheRequestThatBringsBytes) {
  const std::string data = MadeVideo(500'000);
  const std::string url = Create(500'000);
  TestClient older = Connect();
  older.Send(PatchHead(url, 0, data.size(), {{"Expect", "100-continue"}}));
  AwaitContinue(older);
  older.Send(data.substr(0, 100'000));

  EXPECT_EQ(Send("DELETE", url).status, 204);
  older.Send(data.substr(100'000));

  EXPECT_EQ(older.Read().status, 423);
  ExpectNothingLeft();
}

// What was wrong: answers that no handler of tus makes did not have it.
TEST_F(TusAnswers, AllHaveTheVersion) {
  const std::string url = Create(100);
  const auto expect = [](const TestClient::Answer& answer, int status) {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_EQ(answer.headers.All("Tus-Resumable"), std::vector<std::string_view>{"1.0.0"})
        << status;
  };
  for (const std::string& target : {std::string(kTus), url}) {
    expect(Send("PUT", target), 405);
    expect(Send("OPTIONS", target), 204);
  }
  expect(Send("HEAD", "/api/v1/%75ploads/" + url.substr(url.rfind('/') + 1)), 200);
  expect(Send("DELETE", url, {{"Expect", "tea"}}), 417);
  expect(Send("HEAD", url, {}, "x"), 413);
  expect(Send("DELETE", url, {}, std::string(1'025, 'x')), 413);
  // Found out only while the body comes.
  TestClient chunked = Connect();
  chunked.Send(HeadText("DELETE", url, {{"Transfer-Encoding", "chunked"}}, std::nullopt) +
               "no size\r\n");
  expect(chunked.Read(), 400);
  for (const std::string method : {"POST", "PATCH", "HEAD", "DELETE"}) {
    TestClient stranger = Connect();
    stranger.Send(method + " " + (method == "POST" ? std::string(kTus) : url) +
                  " HTTP/1.1\r\nHost: 127.0.0.1\r\nTus-Resumable: 1.0.0\r\n\r\n");
    expect(stranger.Read(method != "HEAD"), 401);
  }

  EXPECT_FALSE(Send("GET", "/api/v1/none").headers.Has("Tus-Resumable"));
  EXPECT_EQ(Offset(url), 0);
}

}  // namespace
}  // namespace tapmask::api
