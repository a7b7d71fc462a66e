// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/worker.h"

#include <condition_variable>
#include <mutex>
#include <new>
#include <set>
#include <string>

#include "tapmask/media/made_video_writer.h"
#include "tapmask/scene/scene.h"
#include "tapmask/worker/worker_fixture.h"

namespace tapmask {
namespace {

using namespace std::chrono_literals;

// Waits for calls of the store: what a worker does is seen by what it says.
class WorkerTest : public WorkerFixture {
 protected:
  WorkerTest() {
    hooks_.after = [this](const std::string& call) {
      const std::lock_guard lock(mutex_);
      calls_.insert(call);
      called_.notify_all();
    };
    options_.name = kWorker;
    options_.look_interval = 1ms;
    options_.claim_interval = 5ms;
    options_.trim_interval = 5ms;
  }

  void Await(const std::string& call, size_t times = 1) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(called_.wait_for(lock, 2min, [&] { return calls_.count(call) >= times; })) << call;
  }

  Worker::Options options_;
  std::mutex mutex_;
  std::condition_variable called_;
  std::multiset<std::string> calls_;
};

TEST_F(WorkerTest, WorksOnWhatComesInWhileItWaits) {
  const Video video = Ready(Script("mask", {{"masked"}}));
  const Worker worker(shared_, options_);

  const JobId first = Ask(video, JobKind::kMask);
  Await("Finish");
  const JobId second = Ask(video, JobKind::kMask);
  Await("Finish", 2);

  EXPECT_EQ(Get(first).status, JobStatus::kComplete);
  EXPECT_EQ(Get(second).status, JobStatus::kComplete);
}

TEST_F(WorkerTest, GivesBackWhatItWorksOnWhenItGoes) {
  const JobId id =
      Ask(Ready(Script("mask", {{"progress", "tracking", 1, 2}, {"hang"}})), JobKind::kMask);
  {
    const Worker worker(shared_, options_);
    Await("Heartbeat tracking");
  }
  EXPECT_EQ(Get(id).status, JobStatus::kQueued);
  EXPECT_EQ(Get(id).attempt, 0);
  EXPECT_EQ(Ended("mask", "released"), 1);
  EXPECT_TRUE(ScratchIsEmpty());
}

TEST_F(WorkerTest, LooksOnWhenTheStoreWasAway) {
  for (const bool is_error : {true, false}) {
    for (const char* call : {"LastRev", "Claim"}) {
      int times = 3;
      hooks_.before = [&](const std::string& name) {
        if (name != call || times-- <= 0) return;
        if (is_error) throw Error(Code::kUnavailable, "The store is away.");
        throw std::bad_alloc();
      };
      const JobId id = Ask(Ready(Script("mask", {{"masked"}})), JobKind::kMask);
      const size_t before = calls_.count("Finish");
      {
        const Worker worker(shared_, options_);
        Await("Finish", before + 1);
      }
      EXPECT_EQ(Get(id).status, JobStatus::kComplete) << call;
      hooks_.before = {};
    }
  }
}

TEST_F(WorkerTest, AnswersTapsWhileALongJobRuns) {
  const Video video = Ready(Script("mask", {{"progress", "tracking", 1, 2}, {"hang"}}));
  const Video other = Ready(Script("preview", {{"count"}}));
  const JobId mask = Ask(video, JobKind::kMask);
  const Worker worker(shared_, options_);
  Await("Heartbeat tracking");

  const JobId preview = Ask(other, JobKind::kPreview);
  Await("Finish");

  EXPECT_EQ(Get(preview).status, JobStatus::kComplete);
  EXPECT_EQ(Get(mask).status, JobStatus::kTracking);
}

// As long as the child has it open, its bytes stay on the disk.
TEST_F(WorkerTest, LetsGoOfAVideoThatWasDeleted) {
  const Video video = Ready(Script("preview", {{"count"}}));
  Ask(video, JobKind::kPreview);
  const Worker worker(shared_, options_);
  Await("Finish");
  ASSERT_TRUE(stores_->videos().Delete(user_.id, video.id, "deleted", clock_.Now()));

  // The scratch folder goes with the child. Each turn asks the store, which is what we wait for.
  for (size_t turns = 1; turns < 2'000 && !ScratchIsEmpty(); ++turns) {
    size_t seen = 0;
    {
      const std::lock_guard lock(mutex_);
      seen = calls_.count("LastRev");
    }
    Await("LastRev", seen + 3);
  }

  EXPECT_TRUE(ScratchIsEmpty());
}

constexpr int kFrames = 12;

std::string Film(const Scene& scene, const std::filesystem::path& file) {
  MadeVideoWriter writer(file, {128, 96}, {}, {25, 1}, false);
  for (int i = 0; i < kFrames; ++i) writer.Write(YuvFromBgr(scene.Render(i).image));
  writer.Finish();
  return FileText(file);
}

TEST_F(WorkerTest, TakesAFilmTheWholeWay) {
  SceneOptions scene_options;
  scene_options.width = 128;
  scene_options.height = 96;
  scene_options.frames = kFrames;
  const Scene scene(scene_options);
  const Video video = Upload(Film(scene, folder_.path() / "film.mp4"));
  const Worker worker(shared_, options_);

  Await("Finish");
  ASSERT_EQ(Get(ingest_).status, JobStatus::kComplete) << Get(ingest_).error_message;
  const VideoFacts facts = *stores_->videos().Get(user_.id, video.id, clock_.Now())->facts;
  EXPECT_EQ(facts.frames, kFrames);
  EXPECT_EQ(facts.width, 128);
  EXPECT_EQ(facts.codec, "h264");
  EXPECT_EQ(FilesOf(FolderOfVideo(user_.id, video.id)),
            (std::vector<std::string>{"frames.json", "original.mp4", "poster.jpg", "proxy.mp4"}));
  EXPECT_EQ(nlohmann::json::parse(TextOf(FolderOfVideo(user_.id, video.id).Join("frames.json"))),
            nlohmann::json({{"videoId", video.id.text()},
                            {"frames", kFrames},
                            {"timescale", 25},
                            {"runs", {{kFrames, 1}}}}));

  Point point;
  point.in_shown = scene.FirstPoint();
  const auto ask = [&](JobKind kind, const std::string& request) {
    const NewJob job{JobId::New(), kind, user_.id, video.id, user_.tier, request, false};
    EXPECT_EQ(stores_->jobs().Enqueue(job, clock_.Now()), Enqueued::kNew);
    return job.id;
  };
  const JobId preview = ask(JobKind::kPreview, ToJson(PreviewRequest{0, std::nullopt, {point}}));
  Await("Finish", 2);
  ASSERT_EQ(Get(preview).status, JobStatus::kComplete) << Get(preview).error_message;
  const PreviewResult found = PreviewResultFromJson(Get(preview).result);
  ASSERT_FALSE(found.candidates.empty());
  EXPECT_EQ(found.candidates[0].width, 128);

  MaskRequest request;
  request.prompts.points = {point};
  request.mode = "privacy_blur";
  const JobId mask = ask(JobKind::kMask, ToJson(request));
  Await("Finish", 3);
  const Job done = Get(mask);
  ASSERT_EQ(done.status, JobStatus::kComplete) << done.error_message;
  const MaskResult result = MaskResultFromJson(done.result);
  EXPECT_EQ(result.frames, kFrames);
  EXPECT_FALSE(result.truncated);
  const BlobKey output = BlobKey::Make(done.output_key).Join("processed.mp4");
  EXPECT_EQ(result.bytes, blobs_.Size(output));

  // The next corrects it.
  request.corrects = mask;
  const JobId corrected = ask(JobKind::kMask, ToJson(request));
  Await("Finish", 4);
  EXPECT_EQ(Get(corrected).status, JobStatus::kComplete) << Get(corrected).error_message;
}

}  // namespace
}  // namespace tapmask
