// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/api/job_fixture.h"

namespace tapmask::api {
namespace {

using std::chrono::hours;

class Videos : public JobFixture {
 protected:
  void AddRoutes(RouteTable& routes) override { AddVideoRoutes(routes, *services_); }
  static std::string Url(const Video& video, const std::string& rest = {}) {
    return "/api/v1/videos/" + video.id.text() + rest;
  }
  // All routes of one video; for what they have in common.
  struct OfOne {
    Method method;
    std::string target;
  };
  const std::vector<OfOne> of_one_{{Method::kGet, "/api/v1/videos/{}"},
                                   {Method::kGet, "/api/v1/videos/{}/proxy"},
                                   {Method::kGet, "/api/v1/videos/{}/poster"},
                                   {Method::kGet, "/api/v1/videos/{}/frames"},
                                   {Method::kDelete, "/api/v1/video/{}"}};
  void ExpectGone(const Video& video) {
    for (const OfOne& route : of_one_) {
      std::string target = route.target;
      target.replace(target.find("{}"), 2, video.id.text());
      EXPECT_EQ(Said(Ask({route.method, target})), "404 not_found") << target;
    }
  }
};

TEST_F(Videos, SayWhatTheIngestFoundOut) {
  const Video video = AddReadyVideo();

  Response response = Get(Url(video));

  EXPECT_EQ(Header(response, "Cache-Control"), "private, no-cache");
  EXPECT_EQ(Json(response), nlohmann::json({{"videoId", video.id.text()},
                                            {"userId", user_.id.text()},
                                            {"state", "ready"},
                                            {"originalFilename", "Straße.MOV"},
                                            {"fileSize", 1'000},
                                            {"uploadedAt", TimeText(video.uploaded_at)},
                                            {"expiresAt", TimeText(*video.expires_at)},
                                            {"format", "mov"},
                                            {"duration", 10.0},
                                            {"resolution", {{"width", 1'280}, {"height", 720}}},
                                            {"frameRate", 30.0},
                                            {"frames", 300},
                                            {"rotation", 90},
                                            {"codec", "h264"},
                                            {"hasAudio", true},
                                            {"proxyUrl", Url(video, "/proxy")},
                                            {"posterUrl", Url(video, "/poster")}}));
  EXPECT_EQ(Get(Url(video), {{"If-None-Match", Header(response, "ETag")}}).status, 304);
}

TEST_F(Videos, SayWhyTheyWereRefused) {
  const Video video = AddVideo(user_);
  Response ingesting = Get(Url(video));
  EXPECT_EQ(Json(ingesting)["state"], "ingesting");
  EXPECT_FALSE(Json(ingesting).contains("proxyUrl"));
  EXPECT_EQ(Said(Get(Url(video, "/proxy"))), "409 video_not_ready");
  EXPECT_EQ(Said(Get(Url(video, "/poster"))), "409 video_not_ready");
  EXPECT_EQ(Said(Get(Url(video, "/frames"))), "409 video_not_ready");

  Fail(Claim(JobKind::kIngest));

  Response refused = Get(Url(video), {{"If-None-Match", Header(ingesting, "ETag")}});
  EXPECT_EQ(refused.status, 200);
  EXPECT_EQ(Json(refused)["state"], "refused");
  EXPECT_EQ(Json(refused)["errorCode"], "no_object");
  EXPECT_EQ(Json(refused)["errorMessage"], "Nothing was found there.");
  EXPECT_EQ(Said(Get(Url(video, "/proxy"))), "409 video_refused");
  EXPECT_EQ(Said(Get(Url(video, "/poster"))), "409 video_refused");
  EXPECT_EQ(Said(Get(Url(video, "/frames"))), "409 video_refused");
}

TEST_F(Videos, CutALongNameToWholeCharacters) {
  Video video = AddVideo(other_);
  video.id = VideoId::New();
  video.user_id = user_.id;
  video.original_filename.clear();
  for (int i = 0; i < 300; ++i) video.original_filename += "ü";
  stores_->videos().AddWithIngest(
      video, {JobId::New(), JobKind::kIngest, user_.id, video.id, Tier::kFree, "{}", false},
      clock_.Now());
  Response response = Get(Url(video));
  EXPECT_EQ(Json(response)["originalFilename"].get<std::string>().size(), 2u * 255);
}

TEST_F(Videos, AreKeptUntilDeletedWhereNothingExpires) {
  Video video = AddVideo(other_);
  video.id = VideoId::New();
  video.user_id = user_.id;
  video.expires_at.reset();
  stores_->videos().AddWithIngest(
      video, {JobId::New(), JobKind::kIngest, user_.id, video.id, Tier::kFree, "{}", false},
      clock_.Now());
  Response response = Get(Url(video));
  EXPECT_EQ(Json(response)["expiresAt"], nullptr);
}

TEST_F(Videos, AreListedPageByPage) {
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(hours(1));
    made.insert(made.begin(), AddReadyVideo().id.text());
  }
  AddReadyVideo(other_);

  std::vector<std::string> seen;
  std::string next;
  do {
    Response response = Get("/api/v1/videos?limit=2" + (next.empty() ? "" : "&before=" + next));
    EXPECT_EQ(Header(response, "Cache-Control"), "private, no-store");
    const auto page = Json(response);
    for (const auto& video : page["videos"]) seen.push_back(video["videoId"]);
    next = page["next"].is_null() ? "" : page["next"].get<std::string>();
  } while (!next.empty());
  EXPECT_EQ(seen, made);

  for (const std::string& query :
       {std::string("limit=0"), std::string("limit=101"), std::string("before=1"),
        "before=" + NewUuid(), "before=" + AddReadyVideo(other_).id.text()}) {
    EXPECT_EQ(Said(Get("/api/v1/videos?" + query)), "400 invalid_argument") << query;
  }
  EXPECT_EQ(Said(Ask({Method::kGet, "/api/v1/videos"}, std::nullopt)), "401 unauthenticated");
}

// Regression: the page after one that ended with such a video was empty.
TEST_F(Videos, AreListedAfterOneThatIsGone) {
  std::vector<Video> made;  // The oldest first; the first two came within a millisecond.
  for (int i = 0; i < 5; ++i) {
    if (i > 1) clock_.Advance(hours(1));
    made.push_back(AddReadyVideo());
  }
  const auto after = [&](int i) {
    Response response = Get("/api/v1/videos?before=" + made[static_cast<size_t>(i)].id.text());
    std::vector<std::string> ids;
    const nlohmann::json page = Json(response);
    for (const auto& video : page["videos"]) ids.push_back(video["videoId"]);
    return ids;
  };
  const std::vector<std::string> two{made[1].id.text(), made[0].id.text()};
  EXPECT_EQ(after(2), two);
  Delete(made[2]);
  EXPECT_EQ(after(2), two);
  EXPECT_EQ(after(3), two);

  for (const DeletedVideo& video : stores_->videos().ToSweep(10)) {
    stores_->videos().Swept({ReceiptId::New(), video.id, video.user_id, "deleted", 1, 1, {}});
  }
  EXPECT_EQ(after(2), two);
  Delete(made[1]);
  EXPECT_EQ(after(1), std::vector{made[0].id.text()});
  clock_.Advance(hours(21));
  EXPECT_TRUE(after(1).empty());
  EXPECT_EQ(after(4), std::vector{made[3].id.text()});
}

TEST_F(Videos, GiveTheirProxyInParts) {
  const Video video = AddReadyVideo();
  Response whole = Get(Url(video, "/proxy"));
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(Text(whole), "0123456789");
  EXPECT_EQ(Header(whole, "Content-Type"), "video/mp4");
  EXPECT_EQ(Header(whole, "Cache-Control"), "private, no-store");
  Response part = Get(Url(video, "/proxy"), {{"Range", "bytes=3-5"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(Text(part), "345");
  EXPECT_EQ(Header(part, "Content-Range"), "bytes 3-5/10");
  EXPECT_EQ(Said(Get(Url(video, "/proxy"), {{"Range", "bytes=10-"}})), "416 range_not_satisfiable");
  EXPECT_EQ(Get(Url(video, "/proxy"), {{"If-None-Match", Header(whole, "ETag")}}).status, 304);
}

TEST_F(Videos, GiveTheirPosterWhole) {
  const Video video = AddReadyVideo();
  Response response = Get(Url(video, "/poster"), {{"Range", "bytes=0-1"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Text(response), "a poster");
  EXPECT_EQ(Header(response, "Content-Type"), "image/jpeg");
  EXPECT_EQ(Header(response, "Accept-Ranges"), "");
  EXPECT_EQ(Get(Url(video, "/poster"), {{"If-None-Match", Header(response, "ETag")}}).status, 304);
  blobs_.Remove(BlobKey::Make(user_.id.text() + "/" + video.id.text() + "/poster.jpg"));
  EXPECT_EQ(Said(Get(Url(video, "/poster"))), "404 not_found");
}

TEST_F(Videos, GiveTheTimesOfTheirFrames) {
  const Video video = AddReadyVideo();
  const std::string times = R"({"videoId":"x","frames":5,"timescale":25,"runs":[[5,1]]})";
  PutBlob(user_.id.text() + "/" + video.id.text() + "/frames.json", times);

  Response response = Get(Url(video, "/frames"), {{"Range", "bytes=0-1"}});

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Text(response), times);
  EXPECT_EQ(Header(response, "Content-Type"), "application/json");
  EXPECT_EQ(Header(response, "Cache-Control"), "private, no-store");
  EXPECT_EQ(Header(response, "Accept-Ranges"), "");
  EXPECT_EQ(Get(Url(video, "/frames"), {{"If-None-Match", Header(response, "ETag")}}).status, 304);
  Delete(video);
  EXPECT_EQ(Said(Get(Url(video, "/frames"))), "404 not_found");
}

// Those that were looked at by an earlier version.
TEST_F(Videos, SayThatTheTimesOfTheirFramesWereNotKept) {
  Response response = Get(Url(AddReadyVideo(), "/frames"));
  const nlohmann::json problem = Json(response);
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(problem["code"], "not_found");
  EXPECT_EQ(problem["detail"],
            "The times of this video's frames were not kept when it was looked at. Upload it again "
            "to have them.");
}

TEST_F(Videos, AreTheOwnersAlone) {
  const Video foreign = AddReadyVideo(other_);
  for (const OfOne& route : of_one_) {
    ExpectOwnedOnly(route.method, route.target, foreign.id.text());
  }
  EXPECT_EQ(Ask({Method::kGet, Url(foreign)}, other_).status, 200);
}

TEST_F(Videos, AreDeletedAtOnce) {
  const Video video = AddReadyVideo();
  const Job running = Claimed(video);
  const JobId waiting = Enqueue(video);

  Response response = Ask({Method::kDelete, "/api/v1/video/" + video.id.text()});

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Text(response), R"({"success":true})");
  ExpectGone(video);
  EXPECT_EQ(JobOf(waiting, user_.id).status, JobStatus::kCancelled);
  EXPECT_EQ(stores_->jobs().Heartbeat(LeaseOf(running), JobStatus::kTracking, 1, clock_.Now()),
            LeaseAnswer::kCancelled);
  const Video other = AddReadyVideo();
  EXPECT_EQ(
      Said(Ask({Method::kDelete, "/api/v1/video/" + other.id.text(), std::string(1'025, ' '), {}})),
      "413 body_too_large");
}

TEST_F(Videos, AreGoneWhenTheirTimeIsOver) {
  const Video video = AddReadyVideo();
  clock_.Advance(hours(24));
  ExpectGone(video);
}

}  // namespace
}  // namespace tapmask::api
