// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/api/job_fixture.h"

namespace tapmask::api {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class JobHistory : public JobFixture {
 protected:
  void AddRoutes(RouteTable& routes) override { AddJobRoutes(routes, *services_); }
  void SetUp() override { video_ = AddReadyVideo(); }
  std::vector<std::string> Ids(const nlohmann::json& page) {
    std::vector<std::string> ids;
    for (const auto& job : page["jobs"]) ids.push_back(job["jobId"]);
    return ids;
  }

  Video video_;
};

using ListJobs = JobHistory;

TEST_F(ListJobs, GoesThroughThemPageByPage) {
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) made.insert(made.begin(), Enqueue(video_).text());
  Enqueue(video_, JobKind::kPreview, "{}");
  Enqueue(AddReadyVideo(other_));

  Response first = Get("/api/v1/jobs?limit=3");
  EXPECT_EQ(Header(first, "Cache-Control"), "private, no-store");
  const auto one = Json(first);
  EXPECT_EQ(Ids(one), std::vector(made.begin(), made.begin() + 3));
  EXPECT_EQ(one["next"], made[2]);
  Response second = Get("/api/v1/jobs?limit=3&before=" + made[2]);
  const auto two = Json(second);
  ASSERT_EQ(two["jobs"].size(), 3u);  // The last is the ingest job.
  EXPECT_EQ(two["jobs"][0]["jobId"], made[3]);
  EXPECT_EQ(two["jobs"][2]["kind"], "ingest");
  EXPECT_EQ(two["next"], nullptr);
  EXPECT_FALSE(two["jobs"][0].contains("request"));
  EXPECT_EQ(two["jobs"][0]["segmentationPoint"]["x"], 640);
}

TEST_F(ListJobs, GoesOnAfterAJobWhoseVideoIsGone) {
  const Job older = FinishedMask(video_);
  const Video gone = AddReadyVideo();
  const Job last = FinishedMask(gone);
  Delete(gone);
  for (const DeletedVideo& video : stores_->videos().ToSweep(10)) {
    stores_->videos().Swept({ReceiptId::New(), video.id, video.user_id, "deleted", 1, 1, {}});
  }

  Response page = Get("/api/v1/jobs?before=" + last.id.text());
  const std::vector<std::string> ids = Ids(Json(page));
  EXPECT_NE(std::find(ids.begin(), ids.end(), older.id.text()), ids.end());
}

TEST_F(ListJobs, SaysOfWhichTheFileIsKept) {
  const Job kept = FinishedMask(video_);
  const Video expiring = video_;
  clock_.Advance(hours(23));
  const Video later = AddReadyVideo();
  FinishedMask(later);
  clock_.Advance(hours(1));

  Response response = Get("/api/v1/jobs");
  const auto jobs = Json(response)["jobs"];
  ASSERT_EQ(jobs.size(), 4u);
  EXPECT_EQ(jobs[0]["outputVideoUrl"], "/api/v1/download/" + jobs[0]["jobId"].get<std::string>());
  EXPECT_EQ(jobs[0]["outputBytes"], 18);
  EXPECT_EQ(jobs[2]["jobId"], kept.id.text());
  EXPECT_FALSE(jobs[2].contains("outputVideoUrl"));
}

TEST_F(ListJobs, RefusesParametersOutOfRange) {
  for (const char* query :
       {"?limit=0", "?limit=101", "?limit=x", "?limit=", "?before=x", "?before="}) {
    EXPECT_EQ(Said(Get(std::string("/api/v1/jobs") + query)), "400 invalid_argument") << query;
  }
  for (const std::string& id : {Enqueue(AddReadyVideo(other_)).text(), NewUuid()}) {
    EXPECT_EQ(Said(Get("/api/v1/jobs?before=" + id)), "400 invalid_argument");
  }
  EXPECT_EQ(Said(Ask({Method::kGet, "/api/v1/jobs"}, std::nullopt)), "401 unauthenticated");
}

class GetJob : public JobHistory {
 protected:
  static std::string Url(const Job& job) { return "/api/v1/jobs/" + job.id.text(); }
};

TEST_F(GetJob, SaysWhatWasAskedAndWhatCameOut) {
  const Job claimed = Claimed(video_);
  clock_.Advance(seconds(74));
  Finish(claimed, ToJson(MadeMask()));

  Response response = Get(Url(claimed));

  EXPECT_EQ(Header(response, "Cache-Control"), "private, no-cache");
  const auto job = Json(response);
  EXPECT_EQ(job["userId"], user_.id.text());
  EXPECT_EQ(job["status"], "complete");
  EXPECT_EQ(job["processingTimeMs"], 74'000);
  EXPECT_EQ(job["mode"], "privacy_blur");
  EXPECT_EQ(job["style"], "secure");
  EXPECT_EQ(job["engine"], "classical");
  EXPECT_EQ(job["outputVideoUrl"], "/api/v1/download/" + claimed.id.text());
  EXPECT_EQ(job["outputBytes"], 18);
  EXPECT_EQ(job["request"]["engine"], "auto");
  EXPECT_EQ(job["request"]["points"][0], job["segmentationPoint"]);
  EXPECT_EQ(
      job["request"]["points"][0],
      nlohmann::json({{"x", 640}, {"y", 360}, {"frameNumber", 12}, {"label", 1}, {"object", 1}}));

  EXPECT_EQ(Get(Url(claimed), {{"If-None-Match", Header(response, "ETag")}}).status, 304);
}

TEST_F(GetJob, ShowsNoRequestAndNoFileOfAVideoThatIsGone) {
  const Job job = FinishedMask(video_);
  Response before = Get(Url(job));
  const Headers known{{"If-None-Match", Header(before, "ETag")}};
  clock_.Advance(hours(24));
  Response expired = Get(Url(job), known);
  EXPECT_EQ(expired.status, 200);
  EXPECT_FALSE(Json(expired).contains("request"));
  EXPECT_FALSE(Json(expired).contains("outputVideoUrl"));

  stores_->videos().DeleteExpired(clock_.Now());
  for (const DeletedVideo& video : stores_->videos().ToSweep(10)) {
    stores_->videos().Swept({ReceiptId::New(), video.id, video.user_id, "expired", 1, 1, {}});
  }
  Response swept = Get(Url(job));
  EXPECT_EQ(swept.status, 200);
  EXPECT_FALSE(Json(swept).contains("segmentationPoint"));
  EXPECT_FALSE(Json(swept).contains("mode"));
}

TEST_F(GetJob, IsTheOwnersAlone) {
  ExpectOwnedOnly(Method::kGet, "/api/v1/jobs/{}", Claimed(AddReadyVideo(other_)).id.text());
}

class CancelJob : public JobHistory {
 protected:
  Response Cancel(const JobId& id) {
    return Ask({Method::kPost, "/api/v1/jobs/" + id.text() + "/cancel"});
  }
};

TEST_F(CancelJob, CancelsAWaitingJobAtOnce) {
  const JobId id = Enqueue(video_);
  Response response = Cancel(id);
  EXPECT_EQ(response.status, 202);
  EXPECT_NE(Header(response, "ETag"), "");
  EXPECT_EQ(Header(response, "Cache-Control"), "private, no-cache");
  EXPECT_EQ(Json(response)["status"], "cancelled");
  // Asking again changes nothing.
  EXPECT_EQ(Cancel(id).status, 202);
}

TEST_F(CancelJob, IsNo304WhateverIsKnown) {
  const JobId id = Enqueue(video_);
  EXPECT_EQ(
      Ask({Method::kPost, "/api/v1/jobs/" + id.text() + "/cancel", {}, {{"If-None-Match", "*"}}})
          .status,
      202);
}

TEST_F(CancelJob, TellsTheWorkerOfARunningJob) {
  const Job job = Claimed(video_);
  Response response = Cancel(job.id);
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(Json(response)["status"], "validating");
  EXPECT_EQ(Cancel(job.id).status, 202);
  EXPECT_EQ(stores_->jobs().Heartbeat(LeaseOf(job), JobStatus::kTracking, 1, clock_.Now()),
            LeaseAnswer::kCancelled);
}

TEST_F(CancelJob, DoesNotCancelWhatHasEnded) {
  EXPECT_EQ(Said(Cancel(FinishedMask(video_).id)), "409 job_ended");
  const Job job = Claimed(video_);
  Fail(job);
  EXPECT_EQ(Said(Cancel(job.id)), "409 job_ended");
}

TEST_F(CancelJob, IsTheOwnersAlone) {
  const Job foreign = Claimed(AddReadyVideo(other_));
  ExpectOwnedOnly(Method::kPost, "/api/v1/jobs/{}/cancel", foreign.id.text());
  EXPECT_EQ(stores_->jobs().Heartbeat(LeaseOf(foreign), JobStatus::kTracking, 1, clock_.Now()),
            LeaseAnswer::kHeld);
  const std::string url = "/api/v1/jobs/" + Enqueue(video_).text() + "/cancel";
  EXPECT_EQ(Said(Post(url, std::string(1'025, ' '))), "413 body_too_large");
}

}  // namespace
}  // namespace tapmask::api
