// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/job_runner.h"

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#include "tapmask/worker/worker_fixture.h"

namespace tapmask {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using Names = std::vector<std::string>;

json FactsJson() {
  return {{"format", "mp4"}, {"duration_seconds", 0.2}, {"width", 64},
          {"height", 48},    {"frame_rate", 25},        {"frames", 5},
          {"rotation", 0},   {"codec", "h264"},         {"has_audio", false}};
}

// A mask job's result of the right form.
json Whole() {
  return {{"file", "x"},
          {"bytes", 1},
          {"frames", 5},
          {"truncated", false},
          {"engine", "classical"},
          {"toReview", json::array()},
          {"notices", json::array()}};
}

class JobRunnerTest : public WorkerFixture {
 protected:
  // What an ingest comes to that leaves its files and says these facts.
  Job Ingest(const json& facts) {
    const Steps steps{{"write", "proxy.mp4", "P"},
                      {"write", "poster.jpg", "J"},
                      {"write", "frames.json", frame_times_},
                      {"result", facts}};
    video_ = Upload(Script("ingest", steps)).id;
    return RunToItsEnd();
  }
  Job MaskOf(const Steps& steps, const Steps& start = {}) {
    Ask(Ready(Script("mask", steps, start)), JobKind::kMask);
    return RunToItsEnd();
  }
  std::vector<std::string> NoticesOf(const Job& job) {
    return MaskResultFromJson(job.result).notices;
  }
  // Which task of its child a preview was.
  int64_t TaskOf(const Job& job) {
    EXPECT_EQ(job.status, JobStatus::kComplete) << job.error_code;
    return job.result.empty() ? -1 : PreviewResultFromJson(job.result).frame;
  }

  VideoId video_;
  std::string frame_times_ = R"({"frames":5,"timescale":25,"runs":[[4,1],[1,2]]})";
};

TEST_F(JobRunnerTest, KeepsWhatAnIngestFoundAndMade) {
  const Job job = Ingest(FactsJson());

  EXPECT_EQ(job.status, JobStatus::kComplete);
  EXPECT_EQ(job.result, "{}");
  const std::optional<Video> video = stores_->videos().Get(user_.id, video_, clock_.Now());
  ASSERT_TRUE(video && video->facts);
  EXPECT_EQ(video->state, VideoState::kReady);
  EXPECT_EQ(video->facts->frames, 5);
  const BlobKey folder = FolderOfVideo(user_.id, video_);
  EXPECT_EQ(TextOf(folder.Join("proxy.mp4")), "P");
  EXPECT_EQ(TextOf(folder.Join("poster.jpg")), "J");
  EXPECT_EQ(
      TextOf(folder.Join("frames.json")),
      "{\"videoId\":\"" + video_.text() + R"(","frames":5,"timescale":25,"runs":[[4,1],[1,2]]})");
  EXPECT_EQ(Ended("ingest", "complete"), 1);
  EXPECT_TRUE(ScratchIsEmpty());
}

TEST_F(JobRunnerTest, BelievesNoFactsThatCannotBe) {
  json too_long = FactsJson(), too_wide = FactsJson(), nothing = json::array();
  too_long["frames"] = Tiers{}.pro.max_frames + 1;  // More than an account of this tier may have.
  too_wide["width"] = 4'294'967'297;
  for (const json& facts : {too_long, too_wide, nothing}) {
    const Job job = Ingest(facts);

    EXPECT_EQ(job.status, JobStatus::kFailed) << facts;
    EXPECT_EQ(job.error_code, "internal");
    EXPECT_EQ(job.attempt, 3);
    EXPECT_EQ(stores_->videos().Get(user_.id, video_, clock_.Now())->state, VideoState::kRefused);
    EXPECT_EQ(FilesOf(FolderOfVideo(user_.id, video_)), Names{"original.mp4"});
  }
}

TEST_F(JobRunnerTest, BelievesNoTimesThatAreOfAnotherVideo) {
  frame_times_ = R"({"frames":6,"timescale":25,"runs":[[6,1]]})";

  const Job job = Ingest(FactsJson());

  EXPECT_EQ(job.status, JobStatus::kFailed);
  EXPECT_EQ(job.error_code, "internal");
  EXPECT_EQ(job.attempt, 3);
  EXPECT_EQ(stores_->videos().Get(user_.id, video_, clock_.Now())->state, VideoState::kRefused);
  EXPECT_EQ(FilesOf(FolderOfVideo(user_.id, video_)), Names{"original.mp4"});
}

TEST_F(JobRunnerTest, TakesNoProxyThatIsALink) {
  WriteText(folder_.path() / "secret", "secret");

  const Video video =
      Upload(Script("ingest", {{"write", "poster.jpg", "J"}, {"result", FactsJson()}},
                    {{"symlink", "proxy.mp4", (folder_.path() / "secret").string()}}));
  int files = 0;
  hooks_.before = [&](const std::string& call) { files += call == "PutFile proxy.mp4"; };
  const Job job = RunToItsEnd();

  EXPECT_EQ(files, 3);
  EXPECT_EQ(job.error_code, "internal");
  EXPECT_EQ(FilesOf(FolderOfVideo(user_.id, video.id)), Names{"original.mp4"});
  EXPECT_EQ(FileText(folder_.path() / "secret"), "secret");
}

TEST_F(JobRunnerTest, RefusesAVideoInTheWordsOfItsChild) {
  const Video video = Upload(Script("ingest", {{"refuse"}}));

  const Job job = RunOne();

  EXPECT_EQ(job.status, JobStatus::kFailed);
  EXPECT_EQ(job.error_code, "invalid_argument");
  EXPECT_EQ(job.error_message, "The point is outside.");
  EXPECT_EQ(stores_->videos().Get(user_.id, video.id, clock_.Now())->state, VideoState::kRefused);
  EXPECT_EQ(Ended("ingest", "failed"), 1);
}

TEST_F(JobRunnerTest, RefusesWhatIsNoVideo) {
  Upload(std::string(1000, 'x'));  // No script either: the real work.

  const Job job = RunOne();

  EXPECT_EQ(job.status, JobStatus::kFailed);
  EXPECT_EQ(job.error_code, "unsupported_media");
}

TEST_F(JobRunnerTest, KeepsTheOutputsOfAMaskJobAndNothingElse) {
  const Job job = MaskOf({{"progress", "tracking", 1, 2},
                          {"write", "checkpoint.jsonl", "MASKS"},
                          {"checkpoint"},
                          {"progress", "processing", 1, 2},
                          {"progress", "encoding", 0, 0},
                          {"masked"}});

  EXPECT_EQ(job.status, JobStatus::kComplete) << job.error_code;
  EXPECT_EQ(job.progress_percent, 100);
  EXPECT_EQ(job.output_key, FolderOfAttempt(job).text());
  EXPECT_EQ(FilesOf(job.id), Outputs(std::to_string(job.fence)));
  const MaskResult result = MaskResultFromJson(job.result);
  EXPECT_EQ(result.file, "processed.mp4");  // Whatever the child calls it,
  EXPECT_EQ(result.bytes, 15);              // or says of it.
  EXPECT_EQ(Ended("mask", "complete"), 1);
  const std::string metrics = metrics_.Text();
  for (const char* stage : {"tracking", "processing", "encoding"}) {
    EXPECT_NE(metrics.find("tapmask_job_stage_seconds_count{kind=\"mask\",stage=\"" +
                           std::string(stage) + "\"} 1"),
              std::string::npos)
        << stage;
  }
  EXPECT_TRUE(ScratchIsEmpty());
}

TEST_F(JobRunnerTest, BelievesNoChildThatLies) {
  using Step = std::vector<json>;
  const Step masks{"write", "masks.jsonl", "M"}, report{"write", "report.json", "R"},
      result{"result", Whole()};
  struct Case {
    const char* what;
    int files;  // That are looked at, of three attempts.
    Steps steps, start = {};
  };
  for (const Case& one : {
           Case{"a result without its members", 0, {{"result", json::object()}}},
           Case{"a number", 0, {{"result", 7}}},
           Case{"no output", 3, {masks, report, result}},
           Case{"an empty one", 9, {masks, report, {"write", "processed.mp4", ""}, result}},
           Case{"a folder", 3, {masks, report, {"mkdir", "processed.mp4"}, result}},
           Case{"a pipe", 3, {masks, report, result}, {{"fifo", "processed.mp4"}}},
           Case{
               "a link", 3, {masks, report, result}, {{"symlink", "processed.mp4", "masks.jsonl"}}},
           Case{"no report", 9, {{"write", "processed.mp4", "V"}, masks, result}},
       }) {
    SCOPED_TRACE(one.what);
    int files = 0;
    hooks_.before = [&](const std::string& call) { files += call.starts_with("PutFile"); };
    const Job job = MaskOf(one.steps, one.start);
    hooks_.before = {};

    EXPECT_EQ(files, one.files);
    EXPECT_EQ(job.status, JobStatus::kFailed);
    EXPECT_EQ(job.error_code, "internal");
    EXPECT_EQ(job.attempt, 3);
    EXPECT_TRUE(job.output_key.empty());
    EXPECT_TRUE(FilesOf(job.id).empty());
  }
  EXPECT_TRUE(ScratchIsEmpty());
}

TEST_F(JobRunnerTest, SurvivesChildrenThatCrashHangFloodOrDoNotStart) {
  TaskPatience patience, soon_silence, soon_start;
  soon_silence.silence = 100ms;
  soon_start.start = 100ms;
  struct Case {
    const char* what;
    Steps steps, start;
    TaskPatience patience;
    const char* code;
  };
  for (const Case& one : {Case{"crashes", {{"crash"}}, {}, patience, "internal"},
                          Case{"floods", {{"flood"}}, {}, patience, "internal"},
                          Case{"hangs", {{"hang"}}, {}, soon_silence, "timed_out"},
                          Case{"ends at once", {}, {{"exit"}}, patience, "internal"},
                          Case{"never gets ready", {}, {{"hang"}}, soon_start, "timed_out"}}) {
    SCOPED_TRACE(one.what);
    shared_.pace.patience = one.patience;

    const Job job = MaskOf(one.steps, one.start);

    EXPECT_EQ(job.status, JobStatus::kFailed);
    EXPECT_EQ(job.error_code, one.code);
    EXPECT_TRUE(FilesOf(job.id).empty());
  }
  EXPECT_EQ(Ended("mask", "retried"), 10);
  EXPECT_EQ(Ended("mask", "failed"), 5);
}

// A checkpoint that could not be kept used to fail the job, for good if the file was missing.
TEST_F(JobRunnerTest, DoesWithoutACheckpointThatIsNotThere) {
  const Job job = MaskOf({{"checkpoint"}, {"checkpoint"}, {"masked"}});

  EXPECT_EQ(job.status, JobStatus::kComplete) << job.error_code;
  EXPECT_EQ(job.attempt, 1);
}

TEST_F(JobRunnerTest, DoesWithoutACheckpointThatTheStoreDoesNotTake) {
  hooks_.before = [](const std::string& call) {
    if (call == "Checkpoint") throw Error(Code::kInternal, "Something went wrong.");
  };
  const Job job = MaskOf({{"write", "checkpoint.jsonl", "MASKS"}, {"checkpoint"}, {"masked"}});
  hooks_.before = {};

  EXPECT_EQ(job.status, JobStatus::kComplete) << job.error_code;
  EXPECT_EQ(job.attempt, 1);
}

TEST_F(JobRunnerTest, GoesOnAtTheCheckpointOfAnAttemptThatFailed) {
  const Video video =
      Ready(Script("mask", {{"write", "checkpoint.jsonl", "MASKS"}, {"checkpoint"}, {"crash"}}));
  const JobId id = Ask(video, JobKind::kMask);
  const Job failed = RunOne();
  EXPECT_EQ(failed.status, JobStatus::kQueued);
  EXPECT_EQ(FilesOf(id), Names{"checkpoint/masks.jsonl"});
  Put(video.storage_key, Script("mask", {{"masked"}}));
  clock_.Advance(10s);

  const Job job = RunOne();

  EXPECT_EQ(job.status, JobStatus::kComplete) << job.error_code;
  EXPECT_EQ(NoticesOf(job), Names{"MASKS"});
  EXPECT_EQ(FilesOf(id), Outputs(std::to_string(job.fence)));
}

TEST_F(JobRunnerTest, BeginsAnewWhenTheCheckpointIsGone) {
  const Video video =
      Ready(Script("mask", {{"write", "checkpoint.jsonl", "MASKS"}, {"checkpoint"}, {"crash"}}));
  const JobId id = Ask(video, JobKind::kMask);
  RunOne();
  blobs_.RemoveAll(FolderOfJob(user_.id, id));
  Put(video.storage_key, Script("mask", {{"masked"}}));
  clock_.Advance(10s);

  EXPECT_EQ(NoticesOf(RunOne()), Names{"none"});
}

TEST_F(JobRunnerTest, LeavesTheCheckpointAloneOfOutputsThatAreNotWhole) {
  Ask(Ready(Script("mask", {{"write", "checkpoint.jsonl", "MASKS"},
                            {"checkpoint"},
                            {"write", "processed.mp4", "V"},
                            {"write", "masks.jsonl", "M"},
                            {"result", Whole()}})),
      JobKind::kMask);

  const Job job = RunOne();

  EXPECT_EQ(job.status, JobStatus::kQueued);
  EXPECT_EQ(FilesOf(job.id), Names{"checkpoint/masks.jsonl"});
}

TEST_F(JobRunnerTest, CorrectsTheMasksOfAnotherJob) {
  const Video video = Ready(Script("mask", {{"masked"}}));
  const JobId first = Ask(video, JobKind::kMask);
  RunOne();

  Ask(video, JobKind::kMask, first);
  EXPECT_EQ(RunOne().status, JobStatus::kComplete);

  const JobId unknown = Ask(video, JobKind::kMask, JobId::New());
  EXPECT_EQ(RunOne().id, unknown);
  EXPECT_EQ(Get(unknown).error_code, "source_gone");
}

TEST_F(JobRunnerTest, SaysThatTheSourceIsGone) {
  const Video video = Ready(Script("mask", {{"masked"}}));
  blobs_.Remove(BlobKey::Make(video.storage_key));
  const JobId id = Ask(video, JobKind::kMask);

  EXPECT_EQ(RunOne().status, JobStatus::kFailed);

  EXPECT_EQ(Get(id).error_code, "source_gone");
}

// Files of a job that is complete were removed when the store was told a second time.
TEST_F(JobRunnerTest, KeepsTheOutputsWhenClearingUpFails) {
  hooks_.before = Away("List", 1'000);

  const Job job = MaskOf({{"masked"}});

  EXPECT_EQ(job.status, JobStatus::kComplete);
  EXPECT_EQ(FilesOf(job.id), Outputs(std::to_string(job.fence)));
  EXPECT_EQ(Ended("mask", "complete"), 1);
}

TEST_F(JobRunnerTest, KeepsTheOutputsWhenTheStoresAnswerWasLost) {
  hooks_.after = Away("Finish", 1);

  const Job job = MaskOf({{"masked"}});

  EXPECT_EQ(job.status, JobStatus::kComplete);
  EXPECT_EQ(FilesOf(job.id), Outputs(std::to_string(job.fence)));
  EXPECT_EQ(Ended("mask", "complete"), 1);
}

TEST_F(JobRunnerTest, WorksOnWhileTheStoreIsAway) {
  hooks_.before = Away("Heartbeat", 3);

  const Job job = MaskOf({{"progress", "tracking", 1, 2},
                          {"progress", "processing", 1, 2},
                          {"progress", "encoding", 0, 0},
                          {"masked"}});

  EXPECT_EQ(job.status, JobStatus::kComplete);
  EXPECT_EQ(job.attempt, 1);
}

TEST_F(JobRunnerTest, TellsAStoreThatIsAwayAgain) {
  for (const char* call : {"Finish", "Fail"}) {
    hooks_.before = Away(call, 3);
    const bool is_good = std::string(call) == "Finish";
    const Job job = MaskOf(is_good ? Steps{{"masked"}} : Steps{{"refuse"}});
    EXPECT_EQ(job.status, is_good ? JobStatus::kComplete : JobStatus::kFailed) << call;
    EXPECT_EQ(job.attempt, 1);
  }
}

TEST_F(JobRunnerTest, GivesUpWhenTheStoreIsAwayForGood) {
  shared_.pace.lease.longest_silence = 0ms;
  hooks_.before = Away("Heartbeat", 1'000'000);
  const JobId id =
      Ask(Ready(Script("mask", {{"progress", "tracking", 0, 0}, {"hang"}})), JobKind::kMask);

  EXPECT_EQ(RunOne().status, JobStatus::kValidating);

  EXPECT_EQ(Ended("mask", "lost"), 1);
  EXPECT_TRUE(FilesOf(id).empty());
  EXPECT_TRUE(ScratchIsEmpty());
}

// What was perhaps told is not taken away; if it was not, the next attempt clears it up.
TEST_F(JobRunnerTest, LeavesOutputsOfWhichItIsNotKnownWhetherTheyCount) {
  shared_.pace.lease.longest_silence = 0ms;
  hooks_.before = Away("Finish", 1'000'000);
  const JobId id = Ask(Ready(Script("mask", {{"masked"}})), JobKind::kMask);
  const Job lost = RunOne();
  EXPECT_EQ(FilesOf(id), Outputs(std::to_string(lost.fence)));
  hooks_.before = {};
  EXPECT_EQ(stores_->jobs().ReapWorker(kWorker, clock_.Now()), 1);

  const Job job = RunOne();

  EXPECT_EQ(job.status, JobStatus::kComplete);
  EXPECT_GT(job.fence, lost.fence);
  EXPECT_EQ(FilesOf(id), Outputs(std::to_string(job.fence)));
}

TEST_F(JobRunnerTest, TellsAgainForAWhileThoughItMustGo) {
  Ask(Ready(Script("mask", {{"masked"}})), JobKind::kMask);
  hooks_.before = [&, away = Away("Finish", 3)](const std::string& call) mutable {
    if (call == "Finish") stop_.request_stop();
    away(call);
  };
  EXPECT_EQ(RunOne().status, JobStatus::kComplete);
}

TEST_F(JobRunnerTest, DoesNotLetOtherFaultsOfTheStoreOut) {
  for (const char* call : {"Heartbeat", "Finish", "Fail", "Get", "PutFile", "OpenPlain"}) {
    for (const bool is_error : {true, false}) {
      hooks_.before = [&](const std::string& name) {
        if (!name.starts_with(call)) return;
        if (is_error) throw Error(Code::kInternal, "A fault.");
        throw std::bad_alloc();
      };
      const JobId id =
          Ask(Ready(Script("mask", {{"progress", "tracking", 1, 2}, {"masked"}})), JobKind::kMask);
      RunOne();
      hooks_.before = {};
      stores_->jobs().ReapWorker(kWorker, clock_.Now());
      clock_.Advance(10s);
      if (!HasEnded(Get(id).status)) RunToItsEnd();
      EXPECT_EQ(Get(id).status, JobStatus::kComplete) << call;
      EXPECT_EQ(FilesOf(id), Outputs(std::to_string(Get(id).fence))) << call;
    }
  }
}

TEST_F(JobRunnerTest, KeepsTheLeaseWhileFilesAreWritten) {
  bool has_beaten = false;
  std::mutex mutex;
  std::condition_variable beaten;
  hooks_.after = [&](const std::string& call) {
    if (!call.starts_with("Heartbeat")) return;
    const std::lock_guard lock(mutex);
    has_beaten = true;
    beaten.notify_all();
  };
  Hooks file_hooks;  // Of its own, so that the beat is not kept waiting by us.
  file_hooks.before = [&](const std::string& call) {
    if (call != "PutFile report.json") return;
    std::unique_lock lock(mutex);
    has_beaten = false;
    EXPECT_TRUE(beaten.wait_for(lock, 60s, [&] { return has_beaten; }));
  };
  HookedBlobs blobs(blobs_, file_hooks);
  const WorkerShared shared{hooked_stores_, blobs, clock_, warm_, Log(),
                            metrics_,       {},    1,      false, shared_.pace};
  Ask(Ready(Script("mask", {{"masked"}})), JobKind::kMask);
  const Job job = *stores_->jobs().Claim(kWorker, {JobKind::kMask}, clock_.Now());

  RunJob(shared, job, stop_.get_token());

  EXPECT_EQ(Get(job.id).status, JobStatus::kComplete);
}

TEST_F(JobRunnerTest, AnswersTapsOfOneVideoByOneChild) {
  const Video video = Ready(Script("preview", {{"count"}})),
              other = Ready(Script("preview", {{"count"}}));
  for (const int64_t expected : {1, 2, 3}) {
    Ask(video, JobKind::kPreview);
    EXPECT_EQ(TaskOf(RunOne()), expected);
  }
  Ask(other, JobKind::kPreview);
  EXPECT_EQ(TaskOf(RunOne()), 1);
  EXPECT_EQ(Ended("preview", "complete"), 4);
}

TEST_F(JobRunnerTest, StartsANewChildWhenTheWarmOneHasDied) {
  const Video video = Ready(Script("preview", {{"count"}}));
  Ask(video, JobKind::kPreview);
  RunOne();
  std::unique_ptr<VideoChild> child = warm_.Take(video.id);
  ASSERT_TRUE(child);
  kill(child->process->id(), SIGKILL);
  warm_.PutBack(std::move(child), std::chrono::steady_clock::now());

  Ask(video, JobKind::kPreview);
  const Job job = RunOne();

  EXPECT_EQ(TaskOf(job), 1);
  EXPECT_EQ(job.attempt, 1);
  Ask(video, JobKind::kPreview);
  EXPECT_EQ(TaskOf(RunOne()), 2);
}

TEST_F(JobRunnerTest, KeepsAChildWarmAfterPointsThatDoNotFitAndNotAfterFaults) {
  struct Case {
    Steps steps;
    bool is_kept;
  };
  for (const auto& [steps, is_kept] :
       {Case{{{"refuse"}}, true}, Case{{{"fault"}}, false}, Case{{{"crash"}}, false},
        Case{{{"result", json::object({{"frame", -1}})}}, false}}) {
    const Video video = Ready(Script("preview", steps));
    Ask(video, JobKind::kPreview);
    RunOne();
    EXPECT_EQ(warm_.Take(video.id) != nullptr, is_kept) << steps.front().front();
    clock_.Advance(10s);
    if (!is_kept) RunToItsEnd();
  }
}

TEST_F(JobRunnerTest, EndsThePreviewThatHangs) {
  TaskPatience patience;
  patience.whole = 100ms;
  shared_.pace.patience = patience;
  const Video video = Ready(Script("preview", {{"hang"}}));
  Ask(video, JobKind::kPreview);

  EXPECT_EQ(RunToItsEnd().error_code, "timed_out");

  EXPECT_FALSE(warm_.Take(video.id));
  EXPECT_TRUE(ScratchIsEmpty());
}

}  // namespace
}  // namespace tapmask
