// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/job_events.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/api/job_fixture.h"

namespace tapmask::api {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class StreamEvents : public JobFixture {
 protected:
  void AddRoutes(RouteTable& routes) override { AddStatusRoutes(routes, *services_); }
  void SetUp() override { video_ = AddReadyVideo(); }

  using Source = std::unique_ptr<EventSource>;
  Source Open(std::string query = {}, Headers headers = {}) {
    Response response = Get("/api/v1/events" + query, std::move(headers));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(Header(response, "Cache-Control"), "private, no-store");
    return std::move(std::get<Source>(response.body));
  }
  // What comes at once or with a change.
  Event Next(Source& source) {
    const EventSource::Next next = loop_.Run(source->Wait(seconds(15), stop_.get_token()));
    const auto* event = std::get_if<Event>(&next);
    EXPECT_TRUE(event) << "no event";
    return event ? *event : Event{};
  }
  // Begins to wait.
  void BeginWait(Source& source) {
    next_.reset();
    wait_failure_ = nullptr;
    loop_.Begin(source->Wait(seconds(15), stop_.get_token()), next_, wait_failure_);
  }
  void AwaitTimer() {
    loop_.RunUntil([this] { return next_ || loop_.timers() > 0; });
    ASSERT_FALSE(next_);
  }
  EventSource::Next EndWait() {
    loop_.RunUntil([this] { return next_ || wait_failure_; });
    EXPECT_FALSE(wait_failure_);
    return std::move(*std::exchange(next_, std::nullopt));
  }

  Video video_;
  std::stop_source stop_;
  std::optional<EventSource::Next> next_;
  std::exception_ptr wait_failure_;
};

TEST_F(StreamEvents, TellsOfEachChange) {
  Source source = Open();
  BeginWait(source);
  AwaitTimer();

  const JobId id = Enqueue(video_);
  const auto first = std::get<Event>(EndWait());
  EXPECT_EQ(first.name, "job");
  EXPECT_EQ(first.id, std::to_string(JobOf(id, user_.id).rev));
  EXPECT_EQ(nlohmann::json::parse(first.data)["status"], "queued");
  EXPECT_EQ(first.data.find('\n'), std::string::npos);

  const Job job = Claim();
  EXPECT_EQ(nlohmann::json::parse(Next(source).data)["status"], "validating");
  Finish(job, ToJson(MadeMask()));
  EXPECT_EQ(nlohmann::json::parse(Next(source).data)["downloadUrl"],
            "/api/v1/download/" + id.text());
}

TEST_F(StreamEvents, GoesOnAfterTheLastEvent) {
  const JobId before = Enqueue(video_);
  const int64_t rev = stores_->jobs().LastRev();
  const JobId a = Enqueue(video_), b = Enqueue(video_);

  for (const bool by_header : {true, false}) {
    Source source = by_header ? Open("?since=0", {{"Last-Event-ID", std::to_string(rev)}})
                              : Open("?since=" + std::to_string(rev));
    EXPECT_EQ(nlohmann::json::parse(Next(source).data)["jobId"], a.text());
    EXPECT_EQ(nlohmann::json::parse(Next(source).data)["jobId"], b.text());
    BeginWait(source);
    AwaitTimer();
    loop_.FireTimers();
    EXPECT_TRUE(std::holds_alternative<EventSource::Nothing>(EndWait()));
  }
  // From the beginning: the ingest job, and the others.
  Source all = Open("?since=0");
  EXPECT_EQ(nlohmann::json::parse(Next(all).data)["kind"], "ingest");
  EXPECT_EQ(nlohmann::json::parse(Next(all).data)["jobId"], before.text());
}

TEST_F(StreamEvents, TellsOnlyTheLastStateOfAJob) {
  const int64_t rev = stores_->jobs().LastRev();
  const Job job = Claimed(video_);
  for (int percent = 1; percent < 20; ++percent) {
    stores_->jobs().Heartbeat(LeaseOf(job), JobStatus::kTracking, percent, clock_.Now());
  }
  Source source = Open("?since=" + std::to_string(rev));
  EXPECT_EQ(nlohmann::json::parse(Next(source).data)["progress"], 19);
  BeginWait(source);
  AwaitTimer();
  loop_.FireTimers();
  EXPECT_TRUE(std::holds_alternative<EventSource::Nothing>(EndWait()));
}

TEST_F(StreamEvents, SaysNothingOfOthersJobs) {
  const Video foreign = AddReadyVideo(other_);
  Source source = Open("?since=0");
  EXPECT_EQ(nlohmann::json::parse(Next(source).data)["videoId"], video_.id.text());
  BeginWait(source);
  AwaitTimer();
  Enqueue(foreign);
  const int64_t last_rev = stores_->jobs().LastRev();
  EXPECT_GE(loop_.Run(watch_->WaitFor(last_rev - 1, hours(1), {})), last_rev);
  AwaitTimer();
  const JobId own = Enqueue(video_);
  EXPECT_EQ(nlohmann::json::parse(std::get<Event>(EndWait()).data)["jobId"], own.text());
}

TEST_F(StreamEvents, TellsMoreThanOnePieceOfChangesInTheirOrder) {
  // More than are asked for at once; made by users, so by the rules of one who may have so many.
  const User local = AddUser(Tier::kLocal);
  const Video video = AddReadyVideo(local);
  user_ = local;
  std::vector<std::string> ids;
  for (int i = 0; i < 230; ++i) ids.push_back(Enqueue(video).text());

  Source source = Open("?since=0");
  EXPECT_EQ(nlohmann::json::parse(Next(source).data)["kind"], "ingest");
  for (const std::string& id : ids) {
    ASSERT_EQ(nlohmann::json::parse(Next(source).data)["jobId"], id);
  }
}

TEST_F(StreamEvents, IsNotSilentAfterARevThatNeverWas) {
  Source source = Open("?since=9007199254740991");
  BeginWait(source);
  AwaitTimer();
  const JobId id = Enqueue(video_);
  EXPECT_EQ(nlohmann::json::parse(std::get<Event>(EndWait()).data)["jobId"], id.text());
}

TEST_F(StreamEvents, PassesOverAResultThatCannotBeRead) {
  const int64_t rev = stores_->jobs().LastRev();
  Finish(Claimed(video_, JobKind::kPreview), "broken");
  const JobId next = Enqueue(video_);
  Source source = Open("?since=" + std::to_string(rev));
  EXPECT_EQ(nlohmann::json::parse(Next(source).data)["jobId"], next.text());
}

TEST_F(StreamEvents, EndsWithTheSession) {
  Source source = Open();
  BeginWait(source);
  AwaitTimer();
  stores_->credentials().RemoveSessions(user_.id);
  loop_.FireTimers();
  EXPECT_TRUE(std::holds_alternative<EventSource::Nothing>(EndWait()));
  BeginWait(source);
  EXPECT_TRUE(std::holds_alternative<EventSource::End>(EndWait()));
}

TEST_F(StreamEvents, EndsWhenTheSessionExpires) {
  Source source = Open("?since=0");
  clock_.Advance(hours(1'000));
  BeginWait(source);
  EXPECT_TRUE(std::holds_alternative<EventSource::End>(EndWait()));
}

TEST_F(StreamEvents, EndsWhenItIsStopped) {
  Source source = Open();
  BeginWait(source);
  AwaitTimer();
  stop_.request_stop();
  EXPECT_TRUE(std::holds_alternative<EventSource::End>(EndWait()));
  BeginWait(source);
  EXPECT_TRUE(std::holds_alternative<EventSource::End>(EndWait()));
}

TEST_F(StreamEvents, AreAFewForEachAccount) {
  std::vector<Source> open;
  for (int i = 0; i < 6; ++i) open.push_back(Open());
  Response refused = Get("/api/v1/events");
  EXPECT_NE(Header(refused, "Retry-After"), "");
  EXPECT_EQ(Said(std::move(refused)), "429 too_many_streams");
  EXPECT_EQ(Ask({Method::kGet, "/api/v1/events"}, other_).status, 200);
  open.pop_back();
  open.push_back(Open());
}

TEST_F(StreamEvents, RefusesWhatIsNoRev) {
  EXPECT_EQ(Said(Get("/api/v1/events?since=x")), "400 invalid_argument");
  EXPECT_EQ(Said(Get("/api/v1/events", {{"Last-Event-ID", "x"}})), "400 invalid_argument");
  EXPECT_EQ(Said(Get("/api/v1/events", {{"Last-Event-ID", "99999999999999999"}})),
            "400 invalid_argument");
  EXPECT_EQ(Said(Ask({Method::kGet, "/api/v1/events"}, std::nullopt)), "401 unauthenticated");
  // None of these has kept a place.
  std::vector<Source> open;
  for (int i = 0; i < 6; ++i) open.push_back(Open());
}

}  // namespace
}  // namespace tapmask::api
