// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/api/job_fixture.h"
#include "tapmask/api/watch_pace.h"

namespace tapmask::api {
namespace {

using std::chrono::hours;

class GetStatus : public JobFixture {
 protected:
  void AddRoutes(RouteTable& routes) override { AddStatusRoutes(routes, *services_); }
  static std::string Url(const Job& job) { return "/api/v1/status/" + job.id.text(); }
};

TEST_F(GetStatus, SaysHowFarAJobIs) {
  const Job job = Claimed(AddReadyVideo());
  stores_->jobs().Heartbeat(LeaseOf(job), JobStatus::kTracking, 41, clock_.Now());

  Response response = Get(Url(job));

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Header(response, "Cache-Control"), "private, no-cache");
  EXPECT_EQ(Header(response, "Retry-After"), "2");
  const Job now = JobOf(job);
  EXPECT_EQ(Header(response, "ETag"), '"' + std::to_string(now.rev) + '"');
  EXPECT_EQ(Json(response), nlohmann::json({{"jobId", job.id.text()},
                                            {"videoId", job.video_id.text()},
                                            {"kind", "mask"},
                                            {"status", "tracking"},
                                            {"progress", 41},
                                            {"attempt", 1},
                                            {"rev", now.rev},
                                            {"createdAt", TimeText(job.created_at)},
                                            {"startedAt", TimeText(clock_.Now())}}));
}

TEST_F(GetStatus, HasTheDownloadOfACompleteJobWhileItsFileIsKept) {
  const Video video = AddReadyVideo();
  const Job job = FinishedMask(video);

  Response complete = Get(Url(job));
  const auto json = Json(complete);
  EXPECT_EQ(json["status"], "complete");
  EXPECT_EQ(json["progress"], 100);
  EXPECT_EQ(json["downloadUrl"], "/api/v1/download/" + job.id.text());
  EXPECT_EQ(json["completedAt"], TimeText(clock_.Now()));
  EXPECT_EQ(Header(complete, "Retry-After"), "");

  // Its time is over, and nobody has swept yet: another state, though the job has not changed.
  clock_.Advance(hours(24));
  Response expired =
      Ask({Method::kGet, Url(job), {}, {{"If-None-Match", Header(complete, "ETag")}}});
  EXPECT_EQ(expired.status, 200);
  EXPECT_FALSE(Json(expired).contains("downloadUrl"));
}

TEST_F(GetStatus, LosesTheDownloadWithTheVideo) {
  const Video video = AddReadyVideo();
  const Job job = FinishedMask(video);
  Delete(video);

  Response response = Get(Url(job));

  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(Json(response).contains("downloadUrl"));
}

TEST_F(GetStatus, SaysWhyAJobFailed) {
  const Job job = Claimed(AddReadyVideo());
  Fail(job);
  Response response = Get(Url(job));
  const auto json = Json(response);
  EXPECT_EQ(json["status"], "failed");
  EXPECT_EQ(json["errorCode"], "no_object");
  EXPECT_EQ(json["errorMessage"], "Nothing was found there.");
}

TEST_F(GetStatus, HoldsTheAnswerOfAPreview) {
  const Job job = FinishedPreview(AddReadyVideo());
  Response response = Get(Url(job));
  const auto preview = Json(response)["preview"];
  EXPECT_EQ(preview["jobId"], job.id.text());
  EXPECT_EQ(preview["frameNumber"], 12);
  EXPECT_FALSE(preview.contains("sampleAspect"));
  ASSERT_EQ(preview["candidates"].size(), 3u);
  EXPECT_EQ(preview["candidates"][0]["rle"]["size"], nlohmann::json({9, 16}));
  EXPECT_EQ(preview["candidates"][2]["pngUrl"],
            "/api/v1/jobs/" + job.id.text() + "/masks/12.png?object=1&candidate=1");
}

TEST_F(GetStatus, Answers304WhenNothingChanged) {
  const Job job = Claimed(AddReadyVideo());
  Response first = Get(Url(job));
  const std::string etag = Header(first, "ETag");

  Response same = Get(Url(job), {{"If-None-Match", etag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(Text(same), "");
  EXPECT_EQ(Header(same, "ETag"), etag);
  EXPECT_EQ(Header(same, "Cache-Control"), "private, no-cache");

  stores_->jobs().Heartbeat(LeaseOf(job), JobStatus::kTracking, 1, clock_.Now());
  EXPECT_EQ(Get(Url(job), {{"If-None-Match", etag}}).status, 200);
}

TEST_F(GetStatus, IsTheOwnersAlone) {
  const Job foreign = Claimed(AddReadyVideo(other_));
  ExpectOwnedOnly(Method::kGet, "/api/v1/status/{}", foreign.id.text());
  ExpectOwnedOnly(Method::kGet, "/api/v1/status/{}?wait=25", foreign.id.text());
  EXPECT_EQ(Ask({Method::kGet, Url(foreign)}, other_).status, 200);
}

TEST_F(GetStatus, RefusesParametersOutOfRange) {
  const Job job = Claimed(AddReadyVideo());
  for (const char* query : {"?wait=26", "?wait=-1", "?wait=", "?wait=1.5", "?wait=x", "?since=-1",
                            "?since=9007199254740992", "?since=99999999999999999999", "?since="}) {
    EXPECT_EQ(Said(Get(Url(job) + query)), "400 invalid_argument") << query;
  }
  EXPECT_EQ(Get(Url(job) + "?wait=0&since=0&other=1").status, 200);
}

class LongPoll : public GetStatus {
 protected:
  void SetUp() override {
    video_ = AddReadyVideo();
    job_ = Claimed(video_);
    Get(Url(job_));  // Makes the dispatcher.
  }
  void Progress(int percent) {
    EXPECT_EQ(stores_->jobs().Heartbeat(LeaseOf(job_), JobStatus::kTracking, percent, clock_.Now()),
              LeaseAnswer::kHeld);
  }
  void BeginPoll(std::string query) { Begin({Method::kGet, Url(job_) + query}); }

  Video video_;
  Job job_;
};

TEST_F(LongPoll, EndsWithTheChange) {
  BeginPoll("?wait=25&since=" + std::to_string(job_.rev));
  AwaitWaiting();
  Progress(5);
  Response response = TakeAnswer();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Json(response)["progress"], 5);
  EXPECT_EQ(loop_.timers(), 0u);
}

TEST_F(LongPoll, WaitsForAnyChangeWhenNoneIsKnown) {
  BeginPoll("?wait=25");
  AwaitWaiting();
  Progress(6);
  Response response = TakeAnswer();
  EXPECT_EQ(Json(response)["progress"], 6);
}

TEST_F(LongPoll, AnswersAtOnceWhatIsNewsAlready) {
  Response response = Get(Url(job_) + "?wait=25&since=" + std::to_string(job_.rev - 1));
  EXPECT_EQ(Json(response)["rev"], job_.rev);
}

TEST_F(LongPoll, AnswersAtOnceWhenTheJobHasEnded) {
  Fail(job_);
  Response response = Get(Url(job_) + "?wait=25");
  EXPECT_EQ(Json(response)["status"], "failed");
}

TEST_F(LongPoll, GoesOnWaitingWhenAnotherJobChanges) {
  const Video foreign = AddReadyVideo(other_);
  BeginPoll("?wait=25&since=" + std::to_string(job_.rev));
  AwaitWaiting();
  Enqueue(foreign);
  // The other job's change is looked at, then it waits anew.
  const int64_t last_rev = stores_->jobs().LastRev();
  EXPECT_GE(loop_.Run(watch_->WaitFor(last_rev - 1, hours(1), {})), last_rev);
  AwaitWaiting();
  Progress(7);
  Response response = TakeAnswer();
  EXPECT_EQ(Json(response)["progress"], 7);
}

TEST_F(LongPoll, EndsWithTheTime) {
  BeginPoll("?wait=25&since=" + std::to_string(job_.rev));
  AwaitWaiting();
  loop_.FireTimers();
  Response response = TakeAnswer();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Json(response)["rev"], job_.rev);
}

TEST_F(LongPoll, EndsWith304WhenTheStateIsKnown) {
  Begin({Method::kGet,
         Url(job_) + "?wait=25",
         {},
         {{"If-None-Match", "\"" + std::to_string(job_.rev) + "\""}}});
  AwaitWaiting();
  loop_.FireTimers();
  EXPECT_EQ(TakeAnswer().status, 304);
}

TEST_F(LongPoll, EndsWhenTheServerStops) {
  BeginPoll("?wait=25");
  AwaitWaiting();
  StopServer();
  EXPECT_EQ(TakeAnswer().status, 200);
}

TEST_F(LongPoll, EndsWhenTheVideoIsDeleted) {
  const JobId waiting = Enqueue(video_);
  Begin({Method::kGet, "/api/v1/status/" + waiting.text() + "?wait=25"});
  AwaitWaiting();
  Delete(video_);
  Response response = TakeAnswer();
  EXPECT_EQ(Json(response)["status"], "cancelled");
}

TEST(WatchPace, SlowsDownWithThoseWhoWait) {
  WatchPace pace;
  EXPECT_EQ(pace.pause().count(), 0);
  std::vector<std::unique_ptr<WatchPace::Place>> places;
  for (int i = 0; i < 1'000; ++i) places.push_back(std::make_unique<WatchPace::Place>(pace));
  EXPECT_EQ(pace.pause().count(), 400);
  for (int i = 0; i < 9'000; ++i) places.push_back(std::make_unique<WatchPace::Place>(pace));
  EXPECT_EQ(pace.pause().count(), 2'000);
  places.clear();
  EXPECT_EQ(pace.pause().count(), 0);
}

}  // namespace
}  // namespace tapmask::api
