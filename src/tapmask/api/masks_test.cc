// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tapmask/api/job_fixture.h"
#include "tapmask/api/mask_png.h"
#include "tapmask/core/rle.h"

namespace tapmask::api {
namespace {

using std::chrono::hours;

class Masks : public JobFixture {
 protected:
  void AddRoutes(RouteTable& routes) override { AddMaskRoutes(routes, *services_); }
  void SetUp() override { video_ = AddReadyVideo(); }
  static std::string Url(const Job& job, const std::string& rest = "/masks") {
    return "/api/v1/jobs/" + job.id.text() + rest;
  }
  void ExpectOfCompleteMasksAlone(const std::string& rest, bool is_of_previews = false) {
    const Job foreign = FinishedMask(AddReadyVideo(other_));
    ExpectOwnedOnly(Method::kGet, "/api/v1/jobs/{}" + rest, foreign.id.text());
    const Job job = Claimed(video_);
    EXPECT_EQ(Said(Get(Url(job, rest))), "409 job_not_complete");
    Fail(job);
    EXPECT_EQ(Said(Get(Url(job, rest))), "409 job_has_no_output");
    if (!is_of_previews) {
      EXPECT_EQ(Said(Get(Url(FinishedPreview(video_), rest))), "409 job_has_no_output");
    }
    const Job done = FinishedMask(video_);
    EXPECT_EQ(Get(Url(done, rest)).status, 200);
    blobs_.RemoveAll(BlobKey::Make(done.output_key));  // The sweeper is on its way.
    if (rest != "/review") {
      EXPECT_EQ(Said(Get(Url(done, rest))), "410 expired");
    }
    Delete(video_);
    EXPECT_EQ(Said(Get(Url(done, rest))), "410 expired");
    const Job expired = FinishedMask(AddReadyVideo());
    clock_.Advance(hours(24));
    EXPECT_EQ(Said(Get(Url(expired, rest))), "410 expired");
  }

  Video video_;
};

TEST_F(Masks, ComeInPagesOfWholeFrames) {
  const Job job = FinishedMask(video_);

  Response response = Get(Url(job) + "?from=2&limit=3");

  EXPECT_EQ(Header(response, "Cache-Control"), "private, no-cache");
  EXPECT_EQ(Header(response, "Vary"), "Accept");
  const auto page = Json(response);
  EXPECT_EQ(page["jobId"], job.id.text());
  EXPECT_EQ(page["width"], 16);
  EXPECT_EQ(page["height"], 9);
  EXPECT_EQ(page["sampleAspect"], nlohmann::json({4, 3}));
  EXPECT_EQ(page["timeBase"], nlohmann::json({1, 12'800}));
  EXPECT_EQ(page["engine"], "classical");
  EXPECT_EQ(page["frames"], 10);
  EXPECT_EQ(page["next"], 5);
  ASSERT_EQ(page["masks"].size(), 5u);  // Object 2 is not in frame 3.
  EXPECT_EQ(page["masks"][0],
            nlohmann::json({{"object", 1},
                            {"frameNumber", 2},
                            {"pts", 1'024},
                            {"state", "tracked"},
                            {"confidence", 0.97},
                            {"boundingBox", {{"x", 3}, {"y", 2}, {"width", 4}, {"height", 3}}},
                            {"rle", {{"size", {9, 16}}, {"counts", "m03600000_2"}}},
                            {"pngUrl", Url(job, "/masks/2.png?object=1")}}));
  EXPECT_EQ(Get(Url(job), {{"If-None-Match", Header(response, "ETag")}}).status, 304);
}

TEST_F(Masks, GoOnToTheEnd) {
  const Job job = FinishedMask(video_);
  Response last = Get(Url(job) + "?from=8");
  EXPECT_EQ(Json(last)["masks"].size(), 4u);
  EXPECT_EQ(Json(last)["next"], nullptr);
  Response beyond = Get(Url(job) + "?from=100000000");
  EXPECT_EQ(Json(beyond)["masks"].size(), 0u);
  EXPECT_EQ(Json(beyond)["next"], nullptr);
}

TEST_F(Masks, MayBeOfOneObjectAlone) {
  const Job job = FinishedMask(video_);
  Response response = Get(Url(job) + "?limit=5&object=2");
  const auto page = Json(response);
  ASSERT_EQ(page["masks"].size(), 4u);
  EXPECT_EQ(page["masks"][3]["frameNumber"], 4);
  EXPECT_EQ(page["next"], 5);
  Response none = Get(Url(job) + "?object=3");
  EXPECT_EQ(Json(none)["masks"].size(), 0u);
}

TEST_F(Masks, EndAPageEarlyWhenTheyAreLarge) {
  const Job job = FinishedMask(video_);
  std::string track = MadeTrack(0);
  const size_t end = track.rfind("{\"end\"");
  std::string lines;
  for (int frame = 0; frame < 6; ++frame) {
    lines += fmt::format(
        R"({{"object":1,"frame":{},"pts":0,"state":"tracked","confidence":1,"bbox":[0,0,0,0],)"
        R"("rle":{{"size":[9,16],"counts":"{}"}}}})"
        "\n",
        frame, std::string(3'000'000, '0'));
  }
  PutBlob(job.output_key + "/masks.jsonl", track.insert(end, lines));
  Response response = Get(Url(job));
  const auto page = Json(response);
  EXPECT_EQ(page["masks"].size(), 3u);
  EXPECT_EQ(page["next"], 3);
}

TEST_F(Masks, MayBeHadAsTheWholeTrack) {
  const Job job = FinishedMask(video_);
  Response response = Get(Url(job), {{"Accept", "application/x-ndjson"}, {"Range", "bytes=0-1"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Header(response, "Content-Type"), "application/x-ndjson");
  EXPECT_EQ(Header(response, "Cache-Control"), "private, no-cache");
  EXPECT_EQ(Text(response), MadeTrack(10));
  Response page = Get(Url(job));
  EXPECT_NE(Header(page, "ETag"), Header(response, "ETag"));
}

TEST_F(Masks, RefuseParametersOutOfRange) {
  const Job job = FinishedMask(video_);
  for (const char* query : {"?from=-1", "?from=100000001", "?limit=0", "?limit=101", "?object=0",
                            "?object=33", "?object=x"}) {
    EXPECT_EQ(Said(Get(Url(job) + query)), "400 invalid_argument") << query;
  }
}

TEST_F(Masks, AreOfTheOwnersCompleteMaskJobsAlone) {
  ExpectOfCompleteMasksAlone("/masks");
}

// A child that was taken over may have written anything.
TEST_F(Masks, AreAFaultWhenTheyCannotBeRead) {
  const Job job = FinishedMask(video_);
  PutBlob(job.output_key + "/masks.jsonl", "broken");
  EXPECT_EQ(Said(Get(Url(job))), "500 internal");
  EXPECT_EQ(Said(Get(Url(job, "/masks/0.png"))), "500 internal");
  std::string track = MadeTrack(1);
  track.replace(track.find("m03600000_2"), 11, "m0360000002");
  PutBlob(job.output_key + "/masks.jsonl", track);
  EXPECT_EQ(Get(Url(job)).status, 200);
  EXPECT_EQ(Said(Get(Url(job, "/masks/0.png"))), "500 internal");
}

using MaskPicture = Masks;

TEST_F(MaskPicture, IsOfAnObjectInAFrame) {
  const Job job = FinishedMask(video_);
  const std::string there = MaskPng(DecodeRle(16, 9, "m03600000_2"));
  const std::string empty = MaskPng(DecodeRle(16, 9, "`4"));

  Response one = Get(Url(job, "/masks/7.png"));
  EXPECT_EQ(one.status, 200);
  EXPECT_EQ(Header(one, "Content-Type"), "image/png");
  EXPECT_EQ(Header(one, "Cache-Control"), "private, no-cache");
  EXPECT_TRUE(Text(one) == there);
  Response two = Get(Url(job, "/masks/7.png?object=2"));
  EXPECT_TRUE(Text(two) == empty);
  EXPECT_EQ(Get(Url(job, "/masks/7.png"), {{"If-None-Match", Header(one, "ETag")}}).status, 304);

  EXPECT_EQ(Said(Get(Url(job, "/masks/3.png?object=2"))), "404 not_found");
  EXPECT_EQ(Said(Get(Url(job, "/masks/10.png"))), "404 not_found");
  EXPECT_EQ(Said(Get(Url(job, "/masks/7.png?object=3"))), "404 not_found");
  for (const char* frame : {"x", "-1", "1.5", "100000001", "99999999999999999999", "%20"}) {
    EXPECT_EQ(Said(Get(Url(job, std::string("/masks/") + frame + ".png"))), "404 not_found")
        << frame;
  }
  for (const char* query : {"?object=0", "?object=33", "?candidate=-1", "?candidate=96"}) {
    EXPECT_EQ(Said(Get(Url(job, std::string("/masks/7.png") + query))), "400 invalid_argument");
  }
}

TEST_F(MaskPicture, IsOfAPreviewsCandidate) {
  const Job job = FinishedPreview(video_);
  const std::string there = MaskPng(DecodeRle(16, 9, "m03600000_2"));
  const std::string empty = MaskPng(DecodeRle(16, 9, "`4"));
  Response first = Get(Url(job, "/masks/12.png"));
  EXPECT_TRUE(Text(first) == there);
  Response second = Get(Url(job, "/masks/12.png?candidate=1"));
  EXPECT_TRUE(Text(second) == empty);
  Response other = Get(Url(job, "/masks/12.png?object=2&candidate=0"));
  EXPECT_TRUE(Text(other) == empty);
  EXPECT_EQ(Said(Get(Url(job, "/masks/12.png?candidate=2"))), "404 not_found");
  EXPECT_EQ(Said(Get(Url(job, "/masks/12.png?object=2&candidate=1"))), "404 not_found");
  EXPECT_EQ(Said(Get(Url(job, "/masks/11.png"))), "404 not_found");

  const Job running = Claimed(video_, JobKind::kPreview);
  EXPECT_EQ(Said(Get(Url(running, "/masks/12.png"))), "409 job_not_complete");
  Fail(running);
  EXPECT_EQ(Said(Get(Url(running, "/masks/12.png"))), "409 job_has_no_output");
  Delete(video_);
  EXPECT_EQ(Said(Get(Url(job, "/masks/12.png"))), "410 expired");
}

TEST_F(MaskPicture, IsOfTheOwnersCompleteJobsAlone) {
  ExpectOfCompleteMasksAlone("/masks/0.png", true);
}

using JobReport = Masks;

TEST_F(JobReport, IsTheFile) {
  const Job job = FinishedMask(video_);
  Response response = Get(Url(job, "/report"), {{"Range", "bytes=0-1"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Header(response, "Content-Type"), "application/json");
  EXPECT_EQ(Header(response, "Cache-Control"), "private, no-cache");
  EXPECT_NE(Header(response, "Content-Disposition").find("Stra_e-report.json"), std::string::npos);
  EXPECT_EQ(Json(response)["format"], "tapmask-report");
  EXPECT_EQ(Get(Url(job, "/report"), {{"If-None-Match", Header(response, "ETag")}}).status, 304);
}

TEST_F(JobReport, IsOfTheOwnersCompleteMaskJobsAlone) {
  ExpectOfCompleteMasksAlone("/report");
}

using JobReview = Masks;

TEST_F(JobReview, HasTheSpansToLookAt) {
  const Job job = FinishedMask(video_);
  Response response = Get(Url(job, "/review"));
  EXPECT_EQ(Json(response), nlohmann::json({{"jobId", job.id.text()},
                                            {"spans",
                                             {{{"about", "mask"},
                                               {"object", 1},
                                               {"state", "lost"},
                                               {"firstFrame", 3},
                                               {"lastFrame", 5},
                                               {"lookAt", 4},
                                               {"confidence", 0.2}},
                                              {{"about", "fill"},
                                               {"firstFrame", 6},
                                               {"lastFrame", 8},
                                               {"lookAt", 7},
                                               {"confidence", 0.41}}}}}));
  EXPECT_EQ(Get(Url(job, "/review"), {{"If-None-Match", Header(response, "ETag")}}).status, 304);
}

TEST_F(JobReview, IsOfTheOwnersCompleteMaskJobsAlone) {
  ExpectOfCompleteMasksAlone("/review");
}

}  // namespace
}  // namespace tapmask::api
