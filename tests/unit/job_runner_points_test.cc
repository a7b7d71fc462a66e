// SPDX-License-Identifier: Apache-2.0
// What becomes of a job to which something happens, at each point of an attempt.
#include <functional>
#include <string>
#include <tuple>

#include "tapmask/worker/job_runner.h"
#include "tapmask/worker/worker_fixture.h"

namespace tapmask {
namespace {

using namespace std::chrono_literals;

enum class Moment { kBeforeTheChildIsReady, kWhileItWorks, kAfterACheckpoint, kBeforeFinish };
enum class Event { kLost, kCancelled, kStopped, kDeleted };

constexpr const char* kPoints[] = {"BeforeTheChildIsReady", "WhileItWorks", "AfterACheckpoint",
                                   "BeforeFinish"};
constexpr const char* kEvents[] = {"Lost", "Cancelled", "Stopped", "Deleted"};

class JobRunnerPoints : public WorkerFixture,
                        public testing::WithParamInterface<std::tuple<Moment, Event>> {
 protected:
  void Happen(Event event, const Job& job) {
    switch (event) {
      case Event::kLost: EXPECT_EQ(stores_->jobs().ReapWorker(kWorker, clock_.Now()), 1); return;
      case Event::kCancelled:
        EXPECT_TRUE(stores_->jobs().Cancel(user_.id, job.id, clock_.Now()));
        return;
      case Event::kStopped: stop_.request_stop(); return;
      case Event::kDeleted:
        EXPECT_TRUE(stores_->videos().Delete(user_.id, job.video_id, "deleted", clock_.Now()));
        return;
    }
  }

  // The claimed job is run, and `event` happens as the call has been made.
  void RunWith(const Job& job, const std::string& call, Event event) {
    bool has_happened = false;
    hooks_.after = [&, call](const std::string& name) {
      if (name != call || has_happened) return;
      has_happened = true;
      Happen(event, job);
    };
    RunJob(shared_, job, stop_.get_token());
    EXPECT_TRUE(has_happened);
  }
  Job Claim(JobKind kind) { return *stores_->jobs().Claim(kWorker, {kind}, clock_.Now()); }
};

TEST_P(JobRunnerPoints, LeaveAMaskJobAsItMustBe) {
  const auto [point, event] = GetParam();
  Steps steps{{"write", "checkpoint.jsonl", "MASKS"}, {"checkpoint"}}, start;
  std::string call;
  switch (point) {
    case Moment::kBeforeTheChildIsReady:
      start = {{"hang"}};
      call = "OpenPlain";
      break;
    case Moment::kWhileItWorks:
      steps = {{"progress", "tracking", 1, 2}, {"wait"}};
      call = "Heartbeat tracking";
      break;
    case Moment::kAfterACheckpoint:
      steps.push_back({"wait"});
      call = "Checkpoint";
      break;
    case Moment::kBeforeFinish:
      steps.push_back({"masked"});
      call = "PutFile report.json";
      break;
  }
  Ask(Ready(Script("mask", steps, start)), JobKind::kMask);
  const Job claimed = Claim(JobKind::kMask);

  RunWith(claimed, call, event);

  const Job job = Get(claimed.id);
  const std::string attempt = std::to_string(claimed.fence);
  const bool is_done = point == Moment::kBeforeFinish;
  std::vector<std::string> kept;  // For the next attempt.
  if (point == Moment::kAfterACheckpoint || point == Moment::kBeforeFinish)
    kept = {"checkpoint/masks.jsonl"};
  switch (event) {
    case Event::kLost:
      EXPECT_EQ(job.status, JobStatus::kQueued);
      EXPECT_EQ(job.attempt, 1);
      EXPECT_EQ(FilesOf(job.id), kept);
      EXPECT_EQ(Ended("mask", "lost"), 1);
      break;
    case Event::kCancelled:  // What is there is there.
      EXPECT_EQ(job.status, is_done ? JobStatus::kComplete : JobStatus::kCancelled);
      EXPECT_EQ(FilesOf(job.id), is_done ? Outputs(attempt) : std::vector<std::string>{});
      EXPECT_EQ(Ended("mask", is_done ? "complete" : "cancelled"), 1);
      break;
    case Event::kStopped:
      EXPECT_EQ(job.status, is_done ? JobStatus::kComplete : JobStatus::kQueued);
      EXPECT_EQ(job.attempt, is_done ? 1 : 0);
      EXPECT_EQ(FilesOf(job.id), is_done ? Outputs(attempt) : kept);
      EXPECT_EQ(Ended("mask", is_done ? "complete" : "released"), 1);
      break;
    case Event::kDeleted:
      EXPECT_EQ(job.status, JobStatus::kCancelled);
      EXPECT_TRUE(FilesOf(job.id).empty());
      EXPECT_EQ(Ended("mask", "cancelled"), 1);
      // Nothing runs any more: the sweeper may write its receipt.
      EXPECT_EQ(stores_->videos().ToSweep(10).size(), 1u);
      break;
  }
  EXPECT_TRUE(ScratchIsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    All, JobRunnerPoints,
    testing::Combine(testing::Values(Moment::kBeforeTheChildIsReady, Moment::kWhileItWorks,
                                     Moment::kAfterACheckpoint, Moment::kBeforeFinish),
                     testing::Values(Event::kLost, Event::kCancelled, Event::kStopped,
                                     Event::kDeleted)),
    [](const auto& one) {
      return std::string(kPoints[static_cast<int>(std::get<0>(one.param))]) +
             kEvents[static_cast<int>(std::get<1>(one.param))];
    });

class JobRunnerMoments : public JobRunnerPoints {};

const std::vector<nlohmann::json> kProxy{"write", "proxy.mp4", "P"},
    kPoster{"write", "poster.jpg", "J"},
    kTimes{"write", "frames.json", R"({"frames":5,"timescale":25,"runs":[[5,1]]})"};
const nlohmann::json kFacts{{"format", "mp4"}, {"duration_seconds", 0.2}, {"width", 64},
                            {"height", 48},    {"frame_rate", 25},        {"frames", 5},
                            {"rotation", 0},   {"codec", "h264"},         {"has_audio", false}};

// Between the writing of proxy and poster and the facts.
TEST_P(JobRunnerMoments, LeaveAnIngestAsItMustBe) {
  const Event event = std::get<1>(GetParam());
  const Video video = Upload(Script("ingest", {kProxy, kPoster, kTimes, {"result", kFacts}}));
  const Job claimed = Claim(JobKind::kIngest);

  RunWith(claimed, "PutFile poster.jpg", event);

  const Job job = Get(claimed.id);
  const std::optional<Video> there = stores_->videos().Get(user_.id, video.id, clock_.Now());
  const size_t files = FilesOf(FolderOfVideo(user_.id, video.id)).size();
  switch (event) {
    case Event::kLost:
      EXPECT_EQ(job.status, JobStatus::kQueued);
      EXPECT_EQ(there->state, VideoState::kIngesting);
      EXPECT_EQ(files, 4u);  // Another attempt writes the same.
      break;
    case Event::kCancelled:
    case Event::kStopped:
      EXPECT_EQ(job.status, JobStatus::kComplete);
      EXPECT_EQ(there->state, VideoState::kReady);
      EXPECT_EQ(files, 4u);
      break;
    case Event::kDeleted:
      EXPECT_EQ(job.status, JobStatus::kCancelled);
      EXPECT_FALSE(there);
      EXPECT_EQ(files, 1u);  // The original is the sweeper's.
      EXPECT_EQ(stores_->videos().ToSweep(10).size(), 1u);
      break;
  }
}

// While the child thinks about a tap, be it new or warm.
TEST_P(JobRunnerMoments, LeaveAPreviewAsItMustBe) {
  const Event event = std::get<1>(GetParam());
  const Video video = Ready(Script("preview", {{"progress", "tracking", 0, 0}, {"wait"}}));
  Ask(video, JobKind::kPreview);
  const Job claimed = Claim(JobKind::kPreview);

  RunWith(claimed, "Heartbeat tracking", event);

  const bool comes_back = event == Event::kLost || event == Event::kStopped;
  EXPECT_EQ(Get(claimed.id).status, comes_back ? JobStatus::kQueued : JobStatus::kCancelled);
  EXPECT_FALSE(warm_.Take(video.id));
  EXPECT_TRUE(ScratchIsEmpty());
}

INSTANTIATE_TEST_SUITE_P(All, JobRunnerMoments,
                         testing::Combine(testing::Values(Moment::kWhileItWorks),
                                          testing::Values(Event::kLost, Event::kCancelled,
                                                          Event::kStopped, Event::kDeleted)),
                         [](const auto& one) {
                           return std::string(kEvents[static_cast<int>(std::get<1>(one.param))]);
                         });

class JobRunnerLate : public WorkerFixture {};

// A child that does not listen is not waited for.
TEST_F(JobRunnerLate, CancelsAChildThatDoesNotListen) {
  TaskPatience patience;
  patience.cancel = 20ms;
  shared_.pace.patience = patience;
  const JobId id =
      Ask(Ready(Script("mask", {{"progress", "tracking", 1, 2}, {"hang"}})), JobKind::kMask);
  hooks_.after = [&](const std::string& call) {
    if (call == "Heartbeat tracking") stores_->jobs().Cancel(user_.id, id, clock_.Now());
  };

  EXPECT_EQ(RunOne().status, JobStatus::kCancelled);
}

// The worker heard nothing of the cancelling before its word.
TEST_F(JobRunnerLate, CountsAFailureAfterCancellingAsCancelled) {
  for (const bool is_passing : {true, false}) {
    const JobId id = Ask(Ready(Script("mask", {{"write", "checkpoint.jsonl", "MASKS"},
                                               {"checkpoint"},
                                               {is_passing ? "fault" : "refuse"}})),
                         JobKind::kMask);
    hooks_.before = [&](const std::string& call) {
      if (call == "Fail") stores_->jobs().Cancel(user_.id, id, clock_.Now());
    };

    EXPECT_EQ(RunOne().status, JobStatus::kCancelled);

    EXPECT_TRUE(FilesOf(id).empty());
  }
  EXPECT_EQ(Ended("mask", "cancelled"), 2);
}

// It wrote after the sweep: nobody else would look for these files for an hour.
TEST_F(JobRunnerLate, RemovesProxyAndPosterOfAVideoThatIsNoMore) {
  const Video video = Upload(Script("ingest", {kProxy, kPoster, kTimes, {"result", kFacts}}));
  hooks_.before = [&](const std::string& call) {
    if (call != "PutFile poster.jpg") return;
    EXPECT_TRUE(stores_->videos().Delete(user_.id, video.id, "deleted", clock_.Now()));
    EXPECT_EQ(stores_->jobs().ReapWorker(kWorker, clock_.Now()), 1);
    blobs_.RemoveAll(FolderOfVideo(user_.id, video.id));
    stores_->videos().Swept({ReceiptId::New(), video.id, user_.id, "deleted", 1, 1, clock_.Now()});
  };

  RunOne();

  EXPECT_TRUE(FilesOf(FolderOfVideo(user_.id, video.id)).empty());
  EXPECT_EQ(Ended("ingest", "lost"), 1);
}

}  // namespace
}  // namespace tapmask
