// SPDX-License-Identifier: Apache-2.0
// POST /api/v1/upload

#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>

#include "tapmask/api/upload_fixture.h"

namespace tapmask::api {
namespace {

class UploadForm : public UploadFixture {
 protected:
  static constexpr std::string_view kPath = "/api/v1/upload";
  static inline const Headers kType{{"Content-Type", "multipart/form-data; boundary=xYz"}};

  static std::string Part(const std::string& name, const std::string& data,
                          const std::string& filename = "") {
    return "--xYz\r\nContent-Disposition: form-data; name=\"" + name + "\"" +
           (filename.empty() ? "" : "; filename=\"" + filename + "\"") + "\r\n\r\n" + data + "\r\n";
  }
  static std::string Form(const std::string& data) {
    return Part("file", data, "Straße.mp4") + "--xYz--\r\n";
  }
  void ExpectRefused(const TestClient::Answer& answer, int status, std::string_view code) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.code(), code) << answer.body;
    ExpectNothingLeft();
  }
};

TEST_F(UploadForm, MakesAVideo) {
  const std::string data = MadeVideo(700'000);
  const std::string form = Part("userId", "another") + Part("file", data, "Straße.mp4") +
                           Part("tierType", "pro") + "--xYz--\r\n";

  auto answer = Send("POST", kPath, kType, form);

  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto json = nlohmann::json::parse(answer.body);
  ASSERT_EQ(json.size(), 3u);
  EXPECT_EQ(answer.headers.Get("Location"),
            "/api/v1/videos/" + json.at("videoId").get<std::string>());
  answer.headers.Add("Tapmask-Job-Id", json.at("jobId"));
  answer.headers.Add("Tapmask-Video-Id", json.at("videoId"));
  answer.headers.Add("Tapmask-Status-Url", json.at("statusUrl"));
  EXPECT_EQ(StoredVideo(answer), data);
  EXPECT_EQ(Videos().at(0).original_filename, "Straße.mp4");
  EXPECT_TRUE(stores().uploads().OfUser(user.id).empty());
}

TEST_F(UploadForm, TakesAFileWithoutANameAndAChunkedBody) {
  TestClient client = Connect();
  Headers headers = kType;
  headers.Add("Transfer-Encoding", "chunked");
  client.Send(HeadText("POST", kPath, headers, std::nullopt));
  const std::string form = Part("file", MadeVideo(1'000)) + "--xYz--\r\n";
  for (const char c : form) client.Send(std::string("1\r\n") + c + "\r\n");
  client.Send("0\r\n\r\n");

  EXPECT_EQ(client.Read().status, 201);
  EXPECT_EQ(Videos().at(0).original_filename, "video.mp4");
  EXPECT_EQ(Videos().at(0).file_size_bytes, 1'000);
}

TEST_F(UploadForm, RefusesWhatIsNoSuchForm) {
  ExpectRefused(Send("POST", kPath, {{"Content-Type", "application/json"}}, "{}"), 415,
                "unsupported_content_type");
  ExpectRefused(Send("POST", kPath, {}, "x"), 415, "unsupported_content_type");
  ExpectRefused(Send("POST", kPath, {{"Content-Type", "multipart/form-data"}}, "x"), 400,
                "invalid_argument");
  ExpectRefused(Send("POST", kPath, kType, "nonsense"), 400, "invalid_argument");
  ExpectRefused(Send("POST", kPath, kType, Part("userId", "x") + "--xYz--\r\n"), 400,
                "file_missing");
  ExpectRefused(Send("POST", kPath, kType, ""), 400, "file_missing");
  const std::string one = Part("file", MadeVideo(100));
  ExpectRefused(Send("POST", kPath, kType, one + one + "--xYz--\r\n"), 400, "file_missing");
  ExpectRefused(Send("POST", kPath, kType, one), 400, "file_missing");
  ExpectRefused(Send("POST", kPath, kType, one + Part("what", "x") + "--xYz--\r\n"), 400,
                "invalid_argument");
  ExpectRefused(
      Send("POST", kPath, kType, one + Part("userId", std::string(1'025, 'x')) + "--xYz--\r\n"),
      400, "invalid_argument");
}

TEST_F(UploadForm, RefusesWhatIsNoVideoBeforeTheRestHasCome) {
  TestClient client = Connect();
  const std::string text = "Dear reader, this is not a video, and there is more of it to come.";
  client.Send(HeadText("POST", kPath, kType, 100'000'000) + Part("file", text, "a.mp4"));
  ExpectRefused(client.Read(), 415, "unsupported_media");

  ExpectRefused(Send("POST", kPath, kType, Form("")), 415, "unsupported_media");
  ExpectRefused(Send("POST", kPath, kType, Form(MadeVideo(5))), 415, "unsupported_media");
}

TEST_F(UploadForm, KeepsNothingOfACutForm) {
  TestClient client = Connect();
  client.Send(HeadText("POST", kPath, kType, 1'000'000) +
              Form(MadeVideo(500'000)).substr(0, 400'000));
  client.EndSending();
  ExpectRefused(client.Read(), 400, "bad_request");
}

TEST_F(UploadForm, RefusesWhatIsTooLargeBeforeItsBytes) {
  TestClient client = Connect();
  Headers headers = kType;
  headers.Add("Expect", "100-continue");
  client.Send(HeadText("POST", kPath, headers, 501'000'000));
  ExpectRefused(client.Read(), 413, "file_too_large");
}

TEST_F(UploadForm, RefusesWhatTurnsOutTooLarge) {
  settings.tiers.free.max_file_bytes = 10'000;
  Restart();
  ExpectRefused(Send("POST", kPath, kType, Form(MadeVideo(10'001))), 413, "file_too_large");
  EXPECT_EQ(Send("POST", kPath, kType, Form(MadeVideo(10'000))).status, 201);
}

TEST_F(UploadForm, RefusesWhatTheAccountMayNotKeep) {
  settings.tiers.free.max_stored_bytes = 1'500;
  Restart();
  EXPECT_EQ(Send("POST", kPath, kType, Form(MadeVideo(1'000))).status, 201);
  EXPECT_EQ(Send("POST", kPath, kType, Form(MadeVideo(1'000))).code(), "storage_quota_exceeded");
}

TEST_F(UploadForm, RefusesWhenTheQueueOrTheDiskIsFullAndKeepsNothing) {
  rules.max_queued = 0;
  Restart();
  ExpectRefused(Send("POST", kPath, kType, Form(MadeVideo(1'000))), 503, "queue_full");
  blobs().free_bytes = 0;
  ExpectRefused(Send("POST", kPath, kType, Form(MadeVideo(1'000))), 507, "storage_full");
}

TEST_F(UploadForm, NeedsACredential) {
  user.id = UserId::New();
  EXPECT_EQ(Send("POST", kPath, kType, Form(MadeVideo(1'000))).status, 401);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
int64_t PeakMemory() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmHWM:")) return std::atoll(line.c_str() + 6) * 1'024;
  }
  return -1;
}

TEST_F(UploadForm, MemoryDoesNotGrowWithTheFile) {
  constexpr size_t kPieces = 64, kPiece = 1'000'000;
  const std::string piece = MadeText(kPiece);
  const std::string form = Form(MadeVideo(kPiece));
  const size_t end = form.size() - std::string("\r\n--xYz--\r\n").size();
  EXPECT_EQ(Send("POST", kPath, kType, form).status, 201);
  const std::string head = HeadText("POST", kPath, kType, form.size() + kPieces * kPiece);
  std::ofstream("/proc/self/clear_refs") << "5";  // The peak is now.
  const int64_t before = PeakMemory();

  TestClient client = Connect();
  client.Send(head + form.substr(0, end));
  for (size_t i = 0; i < kPieces; ++i) client.Send(piece);
  client.Send(form.substr(end));

  EXPECT_EQ(client.Read().status, 201);
  ASSERT_GT(before, 0);
  EXPECT_LT(PeakMemory() - before, 8'000'000);
}
#endif

}  // namespace
}  // namespace tapmask::api
