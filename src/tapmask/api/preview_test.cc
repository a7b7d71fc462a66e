// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "tapmask/api/job_fixture.h"

namespace tapmask::api {
namespace {

using std::chrono::hours;

class PreviewMask : public JobFixture {
 protected:
  static constexpr const char* kUrl = "/api/v1/preview";

  void AddRoutes(RouteTable& routes) override {
    AddPreviewRoutes(routes, *services_);
    AddStatusRoutes(routes, *services_);
  }
  void SetUp() override {
    video_ = AddReadyVideo();
    Get("/api/v1/status/1");  // Makes the dispatcher.
  }
  nlohmann::json Body() const {
    return {
        {"videoId", video_.id.text()}, {"frameNumber", 12}, {"points", {{{"x", 640}, {"y", 360}}}}};
  }
  void BeginPreview(const nlohmann::json& body) {
    Begin({Method::kPost, kUrl, body.dump(), {{"Content-Type", "application/json"}}});
  }
  void BeginPreview() { BeginPreview(Body()); }
  std::string Refusal(const std::function<void(nlohmann::json&)>& change) {
    nlohmann::json body = Body();
    change(body);
    return Said(Post(kUrl, body));
  }

  Video video_;
};

TEST_F(PreviewMask, AnswersWithTheCandidates) {
  BeginPreview();
  AwaitWaiting();
  const Job job = Claim(JobKind::kPreview);
  const PreviewRequest asked = PreviewRequestFromJson(job.request);
  EXPECT_EQ(asked.frame, 12);
  EXPECT_EQ(asked.points[0].in_shown, (Point2f{640, 360}));
  EXPECT_EQ(job.user_id, user_.id);
  EXPECT_EQ(job.video_id, video_.id);
  Finish(job, ToJson(MadePreview()));

  Response response = TakeAnswer();

  EXPECT_EQ(response.status, 200);
  const auto json = Json(response);
  EXPECT_EQ(json["jobId"], job.id.text());
  EXPECT_EQ(json["frameNumber"], 12);
  ASSERT_EQ(json["candidates"].size(), 3u);
  EXPECT_EQ(json["candidates"][0],
            nlohmann::json(
                {{"object", 1},
                 {"rle", {{"size", {9, 16}}, {"counts", "m03600000_2"}}},
                 {"pngUrl", "/api/v1/jobs/" + job.id.text() + "/masks/12.png?object=1&candidate=0"},
                 {"confidence", 0.93},
                 {"scale", "object"}}));
}

TEST_F(PreviewMask, AnswersThatNothingWasFound) {
  BeginPreview();
  AwaitWaiting();
  PreviewResult nothing;
  nothing.frame = 12;
  Finish(Claim(JobKind::kPreview), ToJson(nothing));
  Response response = TakeAnswer();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Json(response)["candidates"], nlohmann::json::array());
}

TEST_F(PreviewMask, AnswersWithTheJobWhenItTakesLonger) {
  BeginPreview();
  AwaitWaiting();
  loop_.FireTimers();
  Response response = TakeAnswer();
  EXPECT_EQ(response.status, 202);
  const std::string id = Json(response)["jobId"];
  EXPECT_EQ(Json(response)["statusUrl"], "/api/v1/status/" + id);
  EXPECT_EQ(Header(response, "Location"), "/api/v1/status/" + id);
  EXPECT_EQ(Header(response, "Retry-After"), "1");

  Finish(Claim(JobKind::kPreview), ToJson(MadePreview()));
  Response later = Get("/api/v1/status/" + id);
  EXPECT_EQ(Json(later)["preview"]["candidates"].size(), 3u);
}

TEST_F(PreviewMask, AnswersWithTheJobWhenItFailsOrTheServerStops) {
  BeginPreview();
  AwaitWaiting();
  Fail(Claim(JobKind::kPreview));
  EXPECT_EQ(TakeAnswer().status, 202);

  BeginPreview();
  AwaitWaiting();
  StopServer();
  EXPECT_EQ(TakeAnswer().status, 202);
}

TEST_F(PreviewMask, IsCancelledWithTheVideo) {
  BeginPreview();
  AwaitWaiting();
  Delete(video_);
  EXPECT_EQ(Said(TakeAnswer()), "409 cancelled");
}

TEST_F(PreviewMask, TakesATimeForTheFrame) {
  nlohmann::json body = Body();
  body.erase("frameNumber");
  body["timeSec"] = 0.5005;
  BeginPreview(body);
  AwaitWaiting();
  const Job job = Claim(JobKind::kPreview);
  EXPECT_EQ(PreviewRequestFromJson(job.request).seconds, 0.5005);
  Finish(job, ToJson(MadePreview()));
  EXPECT_EQ(TakeAnswer().status, 200);
}

TEST_F(PreviewMask, RefusesWhatIsOutside) {
  EXPECT_EQ(Refusal([](auto& body) { body["frameNumber"] = 300; }), "400 point_outside");
  EXPECT_EQ(Refusal([](auto& body) { body["timeSec"] = 10.5; }), "400 point_outside");
  EXPECT_EQ(Refusal([](auto& body) { body["points"][0]["x"] = 1'280; }), "400 point_outside");
  EXPECT_FALSE(stores_->jobs().Claim("worker", {JobKind::kPreview}, clock_.Now()));
}

TEST_F(PreviewMask, RefusesBodiesThatAreNotAsTheyShouldBe) {
  EXPECT_EQ(Refusal([](auto& body) { body.erase("videoId"); }), "400 invalid_argument");
  EXPECT_EQ(Refusal([](auto& body) { body["videoId"] = 1; }), "400 invalid_argument");
  EXPECT_EQ(Refusal([](auto& body) { body["videoId"] = nullptr; }), "400 invalid_argument");
  EXPECT_EQ(Refusal([](auto& body) { body["points"] = nlohmann::json::array(); }),
            "400 invalid_argument");
  EXPECT_EQ(Refusal([](auto& body) { body["mode"] = "privacy_blur"; }), "400 invalid_argument");
  EXPECT_EQ(Refusal([](auto& body) { body["timeSec"] = nullptr; }), "400 invalid_argument");
  EXPECT_EQ(Said(Post(kUrl, std::string("{"))), "400 invalid_json");
  EXPECT_EQ(Said(Post(kUrl, std::string(262'145, ' '))), "413 body_too_large");
  EXPECT_EQ(Said(Ask({Method::kPost, kUrl, Body().dump(), {{"Content-Type", "text/plain"}}})),
            "415 unsupported_content_type");
  EXPECT_EQ(Said(Ask({Method::kPost, kUrl, Body().dump(), {}}, std::nullopt)),
            "401 unauthenticated");
}

TEST_F(PreviewMask, IsOfTheOwnersReadyVideosAlone) {
  const auto with = [&](const std::string& id) {
    return Refusal([&](auto& body) { body["videoId"] = id; });
  };
  EXPECT_EQ(with(AddReadyVideo(other_).id.text()), "404 not_found");
  EXPECT_EQ(with(NewUuid()), "404 not_found");
  EXPECT_EQ(with("../x"), "404 not_found");
  EXPECT_EQ(with(AddVideo(user_).id.text()), "409 video_not_ready");
  Fail(Claim(JobKind::kIngest));
  const auto videos = stores_->videos().List(user_.id, clock_.Now());
  EXPECT_EQ(with(videos.front().id.text()), "409 video_refused");
  Delete(video_);
  EXPECT_EQ(with(video_.id.text()), "404 not_found");
  const Video expiring = AddReadyVideo();
  clock_.Advance(hours(24));
  EXPECT_EQ(with(expiring.id.text()), "404 not_found");
}

TEST_F(PreviewMask, IsRefusedWhenTooManyWait) {
  for (int i = 0; i < rules_.tiers.free.max_waiting_jobs; ++i) {
    Enqueue(video_, JobKind::kPreview, "{}");
  }
  Response response = Post(kUrl, Body());
  EXPECT_NE(Header(response, "Retry-After"), "");
  EXPECT_EQ(Said(std::move(response)), "429 too_many_jobs");
}

}  // namespace
}  // namespace tapmask::api
