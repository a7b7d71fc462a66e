// SPDX-License-Identifier: Apache-2.0
// The account itself: seeing it, taking it away, erasing it.
#include <set>
#include <string>
#include <vector>

#include "tapmask/api/account_fixture.h"
#include "tapmask/jobs/results.h"

namespace tapmask::api {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class MeTest : public AccountFixture {
 protected:
  // A mask job that waits.
  NewJob Enqueue(const User& user, const Video& video) {
    NewJob job;
    job.id = JobId::New();
    job.user_id = user.id;
    job.video_id = video.id;
    job.tier = user.tier;
    job.request =
        R"({"points":[{"x":1.5,"y":2,"frameNumber":0,"label":1}],"boxes":[],"mode":"privacy_blur",)"
        R"("style":"secure","onLost":"cover","invert":false,"shadow":false,"audio":"keep",)"
        R"("codec":"auto","engine":"auto","keepMetadata":false})";
    EXPECT_EQ(stores_->jobs().Enqueue(job, clock_.now), Enqueued::kNew);
    return job;
  }
  // Claims it and finishes it, with files; another attempt left some, too.
  std::string FinishJob(const NewJob& job) {
    const std::optional<Job> claimed =
        stores_->jobs().Claim("worker", {JobKind::kMask}, clock_.now);
    EXPECT_EQ(claimed->id, job.id);
    const std::string folder = job.user_id.text() + "/" + job.id.text() + "/";
    const std::string key = folder + std::to_string(claimed->fence);
    for (const std::string& name :
         {key + "/processed.mp4", key + "/report.json", folder + "999/processed.mp4"}) {
      const auto writer = blobs_.Create(BlobKey::Make(name));
      writer->Write(BytesOf("12 bytes, 12"));
      writer->Commit();
    }
    MaskResult result;
    result.file = "processed.mp4";
    result.bytes = 12;
    result.frames = 62;
    result.engine = "classical";
    EXPECT_EQ(
        stores_->jobs().Finish({claimed->id, claimed->fence}, {ToJson(result), key}, clock_.now),
        LeaseAnswer::kHeld);
    return key;
  }
};

TEST_F(MeTest, ShowsTheAccount) {
  const User user = AddUser("ada@example.org", Tier::kPro);
  const Video video = AddVideo(user);
  Enqueue(user, video);

  const Answer answer = Get("/api/v1/me", {.session = SignIn(user)});

  EXPECT_EQ(answer.status, 200);
  const Json expected{{"userId", user.id.text()},
                      {"email", "ada@example.org"},
                      {"isVerified", true},
                      {"tierType", "pro"},
                      {"monthlyQuota", 1},
                      {"monthlyLimit", 100},
                      {"quotaResetDate", "2026-04-01T12:00:00.000Z"},
                      {"storedBytes", 8},
                      {"createdAt", "2026-03-01T12:00:00.000Z"}};
  EXPECT_EQ(answer.json, expected);
  EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-store");
}

TEST_F(MeTest, TheLocalOwnerHasNoAddressAndNoLimit) {
  const User owner = AddUser("", Tier::kLocal);

  const Answer answer = Get("/api/v1/me", {.session = SignIn(owner)});

  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.json.contains("email"));
  EXPECT_EQ(answer.json["monthlyLimit"], nullptr);
  EXPECT_EQ(answer.json["tierType"], "local");
}

TEST_F(MeTest, NeedsACredential) {
  for (const char* target : {"/api/v1/me", "/api/v1/me/export"}) {
    EXPECT_EQ(Get(target).code(), "unauthenticated") << target;
    EXPECT_EQ(Get(target, {.body = "{}", .session = SignIn(AddUser(target))}).code(),
              "body_too_large");
  }
  EXPECT_EQ(Delete("/api/v1/me").code(), "unauthenticated");
}

TEST_F(MeTest, ErasesAtOnceWhatCanBeReached) {
  const User user = AddUser(), other = AddUser("bob@example.org");
  const std::string session = SignIn(user), second = SignIn(user), others = SignIn(other);
  const std::string key = NewKey(session);
  const Video video = AddVideo(user), kept = AddVideo(other);
  const NewJob job = Enqueue(user, video);

  const Answer answer = Delete("/api/v1/me", {.session = session});

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json, (Json{{"success", true}}));
  EXPECT_EQ(answer.headers.Get("Set-Cookie"),
            "tapmask_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
  for (const Asking& asking :
       {Asking{.session = session}, Asking{.session = second}, Asking{.key = key}}) {
    EXPECT_EQ(Get("/api/v1/me", asking).status, 401);
  }
  EXPECT_EQ(Login().code(), "wrong_password");
  EXPECT_EQ(stores_->jobs().Get(user.id, job.id)->status, JobStatus::kCancelled);
  EXPECT_EQ(Get("/api/v1/me", {.session = others}).status, 200);
  EXPECT_TRUE(stores_->videos().Get(other.id, kept.id, clock_.now));
  EXPECT_FALSE(stores_->videos().Get(user.id, video.id, clock_.now));
}

TEST_F(MeTest, LeavesTheRestToTheSweeper) {
  const User user = AddUser();
  const Video video = AddVideo(user);
  Upload upload;
  upload.id = UploadId::New();
  upload.user_id = user.id;
  upload.expires_at = clock_.now + 24h;
  ASSERT_TRUE(stores_->uploads().Add(upload, INT64_MAX));

  ASSERT_EQ(Delete("/api/v1/me", {.session = SignIn(user)}).status, 200);

  EXPECT_EQ(stores_->users().Closed(10), std::vector{user.id});
  const std::vector<DeletedVideo> to_sweep = stores_->videos().ToSweep(10);
  ASSERT_EQ(to_sweep.size(), 1u);
  EXPECT_EQ(to_sweep[0].reason, "account_erased");
  ASSERT_EQ(stores_->uploads().Expired(clock_.now, 10).size(), 1u);
  // What the sweeper does.
  blobs_.RemoveAll(BlobKey::Make(user.id.text()));
  stores_->videos().Swept(
      {ReceiptId::New(), video.id, user.id, to_sweep[0].reason, 3, 24, clock_.now});
  EXPECT_TRUE(stores_->uploads().Remove(user.id, upload.id));
  EXPECT_TRUE(stores_->users().Erase(user.id));
  EXPECT_FALSE(stores_->users().FindByEmail(kEmail));
}

TEST_F(MeTest, ErasesForWhoMayOnly) {
  const User user = AddUser();
  const std::string session = SignIn(user);
  const std::string key = NewKey(session);

  EXPECT_EQ(Delete("/api/v1/me", {.key = key}).code(), "session_required");
  EXPECT_EQ(
      Delete("/api/v1/me", {.session = session, .headers = {{"Origin", "http://evil.example"}}})
          .code(),
      "origin_not_allowed");
  EXPECT_EQ(Delete("/api/v1/me", {.body = std::string(1'025, ' '), .session = session}).code(),
            "body_too_large");
  EXPECT_EQ(Get("/api/v1/me", {.session = session}).status, 200);
}

TEST_F(MeTest, ErasingTwiceAtOnceIsFine) {
  const std::string session = SignIn(AddUser());
  const auto first = Begin(Method::kDelete, "/api/v1/me", {.session = session});
  const auto second = Begin(Method::kDelete, "/api/v1/me", {.session = session});

  for (const Answer& answer : {Finish(first), Finish(second)}) {
    EXPECT_TRUE(answer.status == 200 || answer.status == 401) << answer.text;
  }
  EXPECT_EQ(stores_->users().Closed(10).size(), 1u);
}

TEST_F(MeTest, ExportsAnEmptyAccount) {
  const User user = AddUser();
  const std::string session = SignIn(user);

  const Answer answer = Get("/api/v1/me/export", {.session = session});

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.Get("Content-Type"), "application/json");
  EXPECT_TRUE(answer.headers.Get("Content-Disposition")
                  ->starts_with("attachment; filename=\"tapmask-export.json\""));
  EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-store");
  const Json expected{{"format", "tapmask-export"},
                      {"version", 1},
                      {"exportedAt", "2026-03-01T12:00:00.000Z"},
                      {"account", Get("/api/v1/me", {.session = session}).json},
                      {"keys", Json::array()},
                      {"uploads", Json::array()},
                      {"videos", Json::array()},
                      {"jobs", Json::array()},
                      {"deletionReceipts", Json::array()},
                      {"files", Json::array()}};
  EXPECT_EQ(answer.json, expected);
}

TEST_F(MeTest, ExportsAllThatIsKeptWithLinksToTheFiles) {
  const User user = AddUser("ada@example.org", Tier::kPro), other = AddUser("bob@example.org");
  const std::string session = SignIn(user);
  const std::string key = NewKey(session);
  AddVideo(other);
  const Video gone = AddVideo(user);
  ASSERT_TRUE(stores_->videos().Delete(user.id, gone.id, "deleted", clock_.now));
  stores_->videos().Swept({ReceiptId::New(), gone.id, user.id, "deleted", 3, 24, clock_.now});
  const Video video = AddVideo(user);
  const NewJob done = Enqueue(user, video);
  const std::string output = FinishJob(done);
  const NewJob waiting = Enqueue(user, video);
  Upload upload;
  upload.id = UploadId::New();
  upload.user_id = user.id;
  upload.length_bytes = 100;
  upload.metadata = "filename YS5tcDQ=";
  upload.created_at = clock_.now;
  upload.expires_at = clock_.now + 24h;
  ASSERT_TRUE(stores_->uploads().Add(upload, INT64_MAX));

  const Answer answer = Get("/api/v1/me/export", {.key = key});

  ASSERT_EQ(answer.status, 200);
  ASSERT_TRUE(answer.json.is_object()) << answer.text;
  const Json& json = answer.json;
  EXPECT_EQ(answer.text.find(other.id.text()), std::string::npos);
  EXPECT_EQ(answer.text.find(key), std::string::npos);
  ASSERT_EQ(json["keys"].size(), 1u);
  EXPECT_EQ(json["keys"][0]["name"], "a key");
  ASSERT_EQ(json["uploads"].size(), 1u);
  EXPECT_EQ(json["uploads"][0], (Json{{"uploadId", upload.id.text()},
                                      {"lengthBytes", 100},
                                      {"metadata", "filename YS5tcDQ="},
                                      {"createdAt", "2026-03-01T12:00:00.000Z"},
                                      {"expiresAt", "2026-03-02T12:00:00.000Z"}}));
  ASSERT_EQ(json["videos"].size(), 1u);
  EXPECT_EQ(json["videos"][0]["videoId"], video.id.text());
  EXPECT_EQ(json["videos"][0]["originalFilename"], "Straße.mp4");
  ASSERT_EQ(json["jobs"].size(), 4u);  // Two ingest jobs.
  EXPECT_EQ(json["jobs"][0]["jobId"], waiting.id.text());
  EXPECT_EQ(json["jobs"][0]["request"]["points"].size(), 1u);
  EXPECT_EQ(json["jobs"][1]["jobId"], done.id.text());
  EXPECT_EQ(json["jobs"][1]["outputBytes"], 12);
  ASSERT_EQ(json["deletionReceipts"].size(), 1u);
  EXPECT_EQ(json["deletionReceipts"][0]["videoId"], gone.id.text());
  EXPECT_EQ(json["deletionReceipts"][0]["reason"], "deleted");
  std::vector<std::string> names;
  for (const Json& file : json["files"]) {
    const std::string url = file["url"];
    const size_t question = url.find('?');
    EXPECT_EQ(
        signer_.Check("GET", url.substr(0, question), url.substr(question + 1), clock_.now).state,
        LinkState::kGood)
        << url;
    EXPECT_EQ(
        signer_
            .Check("GET", url.substr(0, question), url.substr(question + 1), *video.expires_at + 1s)
            .state,
        LinkState::kExpired);
    const std::string blob = url.substr(0, question).substr(std::string("/api/v1/files/").size());
    EXPECT_EQ(blobs_.Size(BlobKey::Make(blob)), file["bytes"].get<int64_t>());
    EXPECT_EQ(file["videoId"], video.id.text());
    names.push_back(file.value("jobId", "") + " " + file["name"].get<std::string>());
  }
  EXPECT_EQ(names, (std::vector<std::string>{" original.mp4", " poster.jpg", " proxy.mp4",
                                             done.id.text() + " processed.mp4",
                                             done.id.text() + " report.json"}));
  EXPECT_NE(answer.text.find(output), std::string::npos);
  EXPECT_EQ(answer.text.find("/999/"), std::string::npos) << "of an attempt that was overtaken";
}

TEST_F(MeTest, ExportsALongHistoryPieceByPiece) {
  services_->settings.tiers.pro.max_waiting_jobs = 1'000;
  const User user = AddUser("ada@example.org", Tier::kPro);
  const Video video = AddVideo(user);
  std::set<std::string> expected;
  for (int i = 0; i < 250; ++i) {
    const NewJob job = Enqueue(user, video);
    expected.insert(job.id.text());
    ASSERT_TRUE(stores_->jobs().Cancel(user.id, job.id, clock_.now));
  }

  const Answer answer = Get("/api/v1/me/export", {.session = SignIn(user)});

  ASSERT_TRUE(answer.json.is_object()) << answer.text.substr(0, 1'000);
  EXPECT_EQ(answer.json["jobs"].size(), 251u);
  std::set<std::string> found;
  for (const Json& job : answer.json["jobs"]) found.insert(job["jobId"].get<std::string>());
  EXPECT_EQ(found.size(), 251u);
  for (const std::string& id : expected) EXPECT_TRUE(found.contains(id));
}

}  // namespace
}  // namespace tapmask::api
