// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "tapmask/api/job_fixture.h"

namespace tapmask::api {
namespace {

using std::chrono::hours;

class Segmenting : public JobFixture {
 protected:
  static constexpr const char* kUrl = "/api/v1/segment";

  Segmenting() : JobFixture(Rules()) {}
  static JobRules Rules() {
    JobRules rules;
    rules.max_queued = 9;
    return rules;
  }
  void AddRoutes(RouteTable& routes) override { AddSegmentRoutes(routes, *services_); }
  void SetUp() override { video_ = AddReadyVideo(); }

  nlohmann::json Body(const Video& video) const {
    return {{"videoId", video.id.text()},
            {"segmentationPoint", {{"x", 640}, {"y", 360}, {"frameNumber", 12}}},
            {"mode", "privacy_blur"}};
  }
  nlohmann::json Body() const { return Body(video_); }
  std::string Refusal(const std::function<void(nlohmann::json&)>& change) {
    nlohmann::json body = Body();
    change(body);
    return Said(Post(kUrl, body));
  }

  Video video_;
};

TEST_F(Segmenting, StartsTheJob) {
  nlohmann::json body = Body();
  body["points"] = {{{"x", 700}, {"y", 362}, {"frameNumber", 12}, {"label", 0}},
                    {{"x", 120.5}, {"y", 80}, {"timeSec", 3.2}, {"object", 2}}};
  body["boxes"] = {
      {{"x", 10}, {"y", 20}, {"width", 64}, {"height", 48}, {"frameNumber", 30}, {"object", 3}}};
  body["style"] = "pixelate";
  body["growPx"] = 6;
  body["engine"] = "classical";

  Response response = Post(kUrl, body);

  EXPECT_EQ(response.status, 202);
  const std::string id = Json(response)["jobId"];
  EXPECT_EQ(Json(response)["statusUrl"], "/api/v1/status/" + id);
  EXPECT_EQ(Header(response, "Location"), "/api/v1/status/" + id);
  const Job job = Claim();
  EXPECT_EQ(job.id.text(), id);
  EXPECT_EQ(job.user_id, user_.id);
  EXPECT_EQ(job.tier, Tier::kFree);
  const MaskRequest request = MaskRequestFromJson(job.request);
  ASSERT_EQ(request.prompts.points.size(), 3u);
  EXPECT_EQ(request.prompts.points[0].in_shown, (Point2f{640, 360}));
  EXPECT_EQ(request.prompts.points[0].frame, 12);
  EXPECT_FALSE(request.prompts.points[1].is_object);
  EXPECT_EQ(request.prompts.points[2].seconds, 3.2);
  EXPECT_EQ(request.prompts.boxes.size(), 1u);
  EXPECT_EQ(request.style, "pixelate");
  EXPECT_EQ(request.grow_px, 6);
  EXPECT_EQ(request.engine, "classical");
}

TEST_F(Segmenting, TakesAThousandPointsBesidesTheOne) {
  nlohmann::json body = Body();
  const nlohmann::json point{{"x", 1}, {"y", 2}, {"frameNumber", 3}};
  body["points"] = std::vector<nlohmann::json>(1'000, point);
  EXPECT_EQ(Post(kUrl, body).status, 202);
  EXPECT_EQ(MaskRequestFromJson(Claim().request).prompts.points.size(), 1'001u);

  body["points"].push_back(point);
  EXPECT_EQ(Said(Post(kUrl, body)), "400 invalid_argument");
  body.erase("segmentationPoint");
  EXPECT_EQ(Said(Post(kUrl, body)), "400 invalid_argument");
}

TEST_F(Segmenting, WantsAMailWhereThereIsOneToSend) {
  const auto sends_mail = [&] {
    Post(kUrl, Body());
    Finish(Claim(), ToJson(MadeMask()));
    return stores_->mails().Take(clock_.Now(), clock_.Now() + hours(1)).has_value();
  };
  EXPECT_FALSE(sends_mail());
  services_->settings.sends_mail = true;
  EXPECT_TRUE(sends_mail());
  services_->settings.local_owner = user_.id;
  EXPECT_FALSE(sends_mail());
}

TEST_F(Segmenting, RefusesWhatIsOutside) {
  const auto at = [&](double x, double y, int64_t frame) {
    return Refusal([&](auto& body) {
      body["segmentationPoint"] = {{"x", x}, {"y", y}, {"frameNumber", frame}};
    });
  };
  EXPECT_EQ(at(1'280, 0, 0), "400 point_outside");
  EXPECT_EQ(at(0, 720, 0), "400 point_outside");
  EXPECT_EQ(at(0, 0, 300), "400 point_outside");
  EXPECT_EQ(Refusal([](auto& body) { body["segmentationPoint"]["timeSec"] = 10.01; }),
            "400 point_outside");
  EXPECT_EQ(
      Refusal([](auto& body) {
        body["boxes"] = {{{"x", 1'280}, {"y", 0}, {"width", 5}, {"height", 5}, {"frameNumber", 0}}};
      }),
      "400 point_outside");
  EXPECT_EQ(at(1'279.9, 719.9, 299), "202 ");
  // The sentence says how large it is.
  nlohmann::json body = Body();
  body["segmentationPoint"]["x"] = 1'500;
  Response response = Post(kUrl, body);
  EXPECT_EQ(Json(response)["detail"],
            "The point 1500,360 is outside the picture, which is 1280 by 720.");
}

TEST_F(Segmenting, RefusesBodiesThatAreNotAsTheyShouldBe) {
  const std::string bad = "400 invalid_argument";
  EXPECT_EQ(Refusal([](auto& body) { body.erase("segmentationPoint"); }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body["segmentationPoint"] = nullptr; }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body["segmentationPoint"] = 5; }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body["segmentationPoint"].erase("frameNumber"); }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body["segmentationPoint"].erase("x"); }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body["segmentationPoint"]["y"] = nullptr; }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body["segmentationPoint"]["label"] = 1; }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body["points"] = 7; }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body["points"] = nullptr; }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body["mode"] = "blur"; }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body.erase("mode"); }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body["engine"] = "a b"; }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body["fromSec"] = 10; }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body["userId"] = "x"; }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body["corrects"] = "x"; }), bad);
  EXPECT_EQ(Refusal([](auto& body) { body["engine"] = "sam"; }), "400 engine_unknown");
  EXPECT_EQ(Said(Post(kUrl, std::string("[]"))), "400 invalid_json");
  EXPECT_EQ(Said(Post(kUrl, std::string(262'145, ' '))), "413 body_too_large");
  EXPECT_EQ(Said(Ask({Method::kPost, kUrl, Body().dump(), {{"Content-Type", "text/plain"}}})),
            "415 unsupported_content_type");
  EXPECT_EQ(Said(Ask({Method::kPost, kUrl, Body().dump(), {}}, std::nullopt)),
            "401 unauthenticated");
  EXPECT_FALSE(stores_->jobs().Claim("worker", {JobKind::kMask}, clock_.Now()));
}

TEST_F(Segmenting, IsOfTheOwnersReadyVideosAlone) {
  EXPECT_EQ(Said(Post(kUrl, Body(AddReadyVideo(other_)))), "404 not_found");
  EXPECT_EQ(Refusal([](auto& body) { body["videoId"] = "1"; }), "404 not_found");
  const Video video = AddVideo(user_);
  EXPECT_EQ(Said(Post(kUrl, Body(video))), "409 video_not_ready");
  Fail(Claim(JobKind::kIngest));
  EXPECT_EQ(Said(Post(kUrl, Body(video))), "409 video_refused");
  Delete(video_);
  EXPECT_EQ(Said(Post(kUrl, Body())), "404 not_found");
  const Video expiring = AddReadyVideo();
  clock_.Advance(hours(24));
  EXPECT_EQ(Said(Post(kUrl, Body(expiring))), "404 not_found");
}

TEST_F(Segmenting, SaysWhenThereAreNewVideos) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Post(kUrl, Body(AddReadyVideo())).status, 202);
    Finish(Claim(), ToJson(MadeMask()));
  }
  Response response = Post(kUrl, Body());
  EXPECT_EQ(Json(response)["detail"],
            "The 5 videos of this month are used up; there are new ones from 2026-04-01.");
  EXPECT_EQ(Said(std::move(response)), "403 quota_exceeded");
  // A video that counts already may be worked on again.
  const auto videos = stores_->videos().List(user_.id, clock_.Now());
  EXPECT_EQ(Post(kUrl, Body(videos.front())).status, 202);
}

TEST_F(Segmenting, IsRefusedWhenTooManyWait) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Post(kUrl, Body()).status, 202);
  Response own = Post(kUrl, Body());
  EXPECT_NE(Header(own, "Retry-After"), "");
  EXPECT_EQ(Said(std::move(own)), "429 too_many_jobs");

  const Video foreign = AddReadyVideo(other_);
  for (int i = 0; i < 4; ++i) Enqueue(foreign);
  Response full = Ask({Method::kPost, kUrl, Body(foreign).dump(), {}}, other_);
  EXPECT_NE(Header(full, "Retry-After"), "");
  EXPECT_EQ(Said(std::move(full)), "503 queue_full");
}

class Correcting : public Segmenting {
 protected:
  static std::string Url(const std::string& id) { return "/api/v1/jobs/" + id + "/corrections"; }
  const nlohmann::json body_{
      {"points", {{{"x", 655}, {"y", 371}, {"frameNumber", 126}, {"label", 0}}}}};
};

TEST_F(Correcting, DoesTheSameWithOtherPoints) {
  nlohmann::json first = Body();
  first["mode"] = "magic_eraser";
  first["toSec"] = 5;
  Post(kUrl, first);
  const Job job = Claim();
  Finish(job, ToJson(MadeMask()));

  Response response = Post(Url(job.id.text()), body_);

  EXPECT_EQ(response.status, 202);
  const Job next = Claim();
  EXPECT_EQ(Json(response)["jobId"], next.id.text());
  EXPECT_EQ(next.video_id, video_.id);
  const MaskRequest request = MaskRequestFromJson(next.request);
  EXPECT_EQ(request.corrects, job.id);
  EXPECT_EQ(request.mode, "magic_eraser");
  EXPECT_EQ(request.to_seconds, 5);
  ASSERT_EQ(request.prompts.points.size(), 1u);
  EXPECT_EQ(request.prompts.points[0].frame, 126);
}

TEST_F(Correcting, RefusesBodiesThatAreNotAsTheyShouldBe) {
  const std::string url = Url(FinishedMask(video_).id.text());
  EXPECT_EQ(Said(Post(url, std::string("{}"))), "400 invalid_argument");
  EXPECT_EQ(Said(Post(url, std::string(R"({"points":null,"boxes":[]})"))), "400 invalid_argument");
  EXPECT_EQ(Said(Post(url, std::string(R"({"points":5})"))), "400 invalid_argument");
  EXPECT_EQ(Said(Post(url, std::string("{"))), "400 invalid_json");
  nlohmann::json body = body_;
  body["mode"] = "magic_eraser";
  EXPECT_EQ(Said(Post(url, body)), "400 invalid_argument");
  body = body_;
  body["points"][0]["frameNumber"] = 300;
  EXPECT_EQ(Said(Post(url, body)), "400 point_outside");
  body["points"] = std::vector<nlohmann::json>(1'001, body_["points"][0]);
  EXPECT_EQ(Said(Post(url, body)), "400 invalid_argument");
  EXPECT_EQ(Said(Ask({Method::kPost, url, body_.dump(), {{"Content-Type", "a/b"}}})),
            "415 unsupported_content_type");
  EXPECT_EQ(Said(Post(url, std::string(262'145, ' '))), "413 body_too_large");
}

TEST_F(Correcting, IsOfTheOwnersCompleteMaskJobsAlone) {
  const Job foreign = FinishedMask(AddReadyVideo(other_));
  ExpectOwnedOnly(Method::kPost, Url("{}"), foreign.id.text(), body_.dump());

  const Job job = Claimed(video_);
  EXPECT_EQ(Said(Post(Url(job.id.text()), body_)), "409 job_not_complete");
  Fail(job);
  EXPECT_EQ(Said(Post(Url(job.id.text()), body_)), "409 job_has_no_output");
  const JobId waiting = Enqueue(video_);
  stores_->jobs().Cancel(user_.id, waiting, clock_.Now());
  EXPECT_EQ(Said(Post(Url(waiting.text()), body_)), "409 job_has_no_output");
  EXPECT_EQ(Said(Post(Url(FinishedPreview(video_).id.text()), body_)), "409 job_has_no_output");

  const Job deleted = FinishedMask(video_);
  Delete(video_);
  EXPECT_EQ(Said(Post(Url(deleted.id.text()), body_)), "410 expired");
  const Job expired = FinishedMask(AddReadyVideo());
  clock_.Advance(hours(24));
  EXPECT_EQ(Said(Post(Url(expired.id.text()), body_)), "410 expired");
}

TEST_F(Correcting, MayBeSaidInSegmentAsWell) {
  const auto correct = [&](const std::string& id, const Video& video) {
    nlohmann::json body = Body(video);
    body["corrects"] = id;
    return Said(Post(kUrl, body));
  };
  const Job job = FinishedMask(video_);
  EXPECT_EQ(correct(job.id.text(), video_), "202 ");
  EXPECT_EQ(MaskRequestFromJson(Claim().request).corrects, job.id);
  EXPECT_EQ(correct(job.id.text(), AddReadyVideo()), "400 invalid_argument");
  EXPECT_EQ(correct(NewUuid(), video_), "404 not_found");
  EXPECT_EQ(correct(FinishedMask(AddReadyVideo(other_)).id.text(), video_), "404 not_found");
}

TEST_F(Correcting, IsRefusedLikeAnyJob) {
  const Job job = FinishedMask(video_);
  for (int i = 0; i < 5; ++i) Enqueue(video_);
  EXPECT_EQ(Said(Post(Url(job.id.text()), body_)), "429 too_many_jobs");
}

}  // namespace
}  // namespace tapmask::api
