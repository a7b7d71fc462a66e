// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fstream>
#include <set>
#include <stop_token>
#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"
#include "tapmask/media/made_video_writer.h"
#include "tapmask/pipeline/job.h"
#include "tapmask/pipeline/scratch.h"
#include "tapmask/pipeline/test_files.h"
#include "tapmask/scene/scene.h"

namespace tapmask {
namespace {

constexpr int kResumedFrames = 10;

class RunResumes : public testing::Test {
 protected:
  RunResumes() {
    scene_.width = 128;
    scene_.height = 96;
    scene_.frames = kResumedFrames;
    MakeFilm();
  }

  // So long that some frames are erased before the last one is read, and small, for it takes time.
  void MakeLongFilm() {
    scene_.width = 80;
    scene_.height = 60;
    scene_.frames = 48;
    MakeFilm();
  }

  void MakeFilm() {
    const Scene scene(scene_);
    Point point;
    point.in_shown = scene.FirstPoint();
    point.in_shown.x += 0.3;  // Not a number that is short in decimals.
    prompts_.points = {point};
    MadeVideoWriter writer(film_, {scene_.width, scene_.height}, {}, {25, 1}, false);
    for (int i = 0; i < scene_.frames; ++i) writer.Write(YuvFromBgr(scene.Render(i).image));
    writer.Finish();
  }

  JobOptions Options() const {
    JobOptions options;
    options.threads = 1;
    options.report_file = report_;
    options.mask_track = track_;
    return options;
  }

  // The stages that were gone through, and what came out.
  struct Outcome {
    std::set<JobStage> stages;
    std::string output, report;
  };
  Outcome RunIt(const InputName& input, const JobOptions& options, const Prompts& prompts,
                const std::stop_token& stop = {}) {
    Outcome outcome;
    const ProgressSink note = [&](const Progress& p) { outcome.stages.insert(p.stage); };
    tapmask::Run(input, out_, prompts, options, std::nullopt, note, stop);
    outcome.output = test::ReadBytes(out_);
    outcome.report = test::ReadBytes(report_);
    return outcome;
  }

  void Interrupt(JobStage stage) {
    std::stop_source stop;
    const ProgressSink cancel = [&](const Progress& progress) {
      if (progress.stage == stage && progress.frames_done >= 2) stop.request_stop();
    };
    EXPECT_THROW(
        tapmask::Run(film_, out_, prompts_, Options(), std::nullopt, cancel, stop.get_token()),
        Error);
    EXPECT_FALSE(std::filesystem::exists(out_));
  }

  const Scratch scratch_{{}};
  const std::filesystem::path film_ = scratch_.folder() / "film.mp4";
  const std::filesystem::path out_ = scratch_.folder() / "out.mp4";
  const std::filesystem::path report_ = scratch_.folder() / "report.json";
  const std::filesystem::path track_ = scratch_.folder() / "kept.jsonl";
  SceneOptions scene_;
  Prompts prompts_;
};

TEST_F(RunResumes, GoesOnWithTheRenderPassAndGivesTheSame) {
  JobOptions undisturbed = Options();
  undisturbed.mask_track.clear();
  const Outcome whole = RunIt(film_, undisturbed, prompts_);
  EXPECT_TRUE(whole.stages.contains(JobStage::kTracking));
  EXPECT_FALSE(std::filesystem::exists(track_));
  std::filesystem::remove(out_);

  Interrupt(JobStage::kProcessing);
  ASSERT_TRUE(std::filesystem::exists(track_));
  const Outcome resumed = RunIt(film_, Options(), prompts_);

  EXPECT_FALSE(resumed.stages.contains(JobStage::kTracking));
  EXPECT_EQ(resumed.output, whole.output);
  EXPECT_EQ(resumed.report, whole.report);
}

// Kills the render pass at every checkpoint, and goes on from there until it is through.
TEST_F(RunResumes, ErasesTheSameWhereverTheRenderPassIsStopped) {
  MakeLongFilm();
  for (const bool shadow : {false, true}) {
    JobOptions options = Options();
    options.effect.mode = shadow ? Mode::kPrivacyBlur : Mode::kMagicEraser;
    options.effect.shadow = shadow;
    const Outcome whole = RunIt(film_, options, prompts_);
    std::filesystem::remove(out_);

    options.render_checkpoint.folder = scratch_.folder() / "rendered";
    options.render_checkpoint.frames = shadow ? 8 : 3;
    int64_t stops = 0;
    Outcome resumed;
    while (resumed.output.empty() && stops < 20) {
      std::stop_source stop;
      options.render_checkpoint.on_saved = [&](int64_t number) {
        EXPECT_EQ(number, stops + 1);
        stop.request_stop();
      };
      try {
        resumed = RunIt(film_, options, prompts_, stop.get_token());
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::kCancelled);
        EXPECT_FALSE(std::filesystem::exists(out_));
        ++stops;
      }
    }
    EXPECT_EQ(resumed.output, whole.output);
    EXPECT_EQ(resumed.report, whole.report);
    EXPECT_GE(stops, 2);
    EXPECT_FALSE(std::filesystem::exists(options.render_checkpoint.folder));
  }
}

TEST_F(RunResumes, BeginsTheRenderPassAnewWhenOtherFramesAreDecoded) {
  MakeLongFilm();
  JobOptions options = Options();
  options.effect.mode = Mode::kMagicEraser;
  options.render_checkpoint.folder = scratch_.folder() / "rendered";
  options.render_checkpoint.frames = 3;
  std::stop_source stop;
  options.render_checkpoint.on_saved = [&](int64_t) { stop.request_stop(); };
  EXPECT_THROW(RunIt(film_, options, prompts_, stop.get_token()), Error);
  ASSERT_TRUE(std::filesystem::exists(options.render_checkpoint.folder / "state.1"));

  scene_.noise = 3;  // The same film, but for its samples.
  MakeFilm();
  options.render_checkpoint.on_saved = {};
  const Outcome resumed = RunIt(film_, options, prompts_);
  JobOptions undisturbed = options;
  undisturbed.render_checkpoint = {};
  const Outcome whole = RunIt(film_, undisturbed, prompts_);

  EXPECT_EQ(resumed.output, whole.output);
  EXPECT_EQ(resumed.report, whole.report);
}

TEST_F(RunResumes, TakesUpTheFinishedMasksOfACorrection) {
  RunIt(film_, Options(), prompts_);
  const std::filesystem::path earlier = scratch_.folder() / "earlier.jsonl";
  std::filesystem::rename(track_, earlier);
  JobOptions options = Options();
  options.earlier = earlier;
  Prompts correction = prompts_;
  correction.points[0].frame = 5;
  const Outcome first = RunIt(film_, options, correction);
  EXPECT_TRUE(first.stages.contains(JobStage::kTracking));

  const Outcome again = RunIt(film_, options, correction);

  EXPECT_FALSE(again.stages.contains(JobStage::kTracking));
  EXPECT_EQ(again.output, first.output);
}

TEST_F(RunResumes, KeepsNoTrackThatIsNotWhole) {
  Interrupt(JobStage::kTracking);

  EXPECT_FALSE(std::filesystem::exists(track_));
  EXPECT_TRUE(RunIt(film_, Options(), prompts_).stages.contains(JobStage::kTracking));
}

TEST_F(RunResumes, MakesATrackAnewThatIsDamagedOrOfOtherPoints) {
  const Outcome whole = RunIt(film_, Options(), prompts_);
  const std::string track = test::ReadBytes(track_);

  std::ofstream(track_, std::ios::binary) << track.substr(0, track.size() / 2);
  const Outcome again = RunIt(film_, Options(), prompts_);
  EXPECT_TRUE(again.stages.contains(JobStage::kTracking));
  EXPECT_EQ(again.output, whole.output);
  EXPECT_EQ(test::ReadBytes(track_), track);

  Prompts others = prompts_;
  others.points[0].in_shown.x += 1;
  EXPECT_TRUE(RunIt(film_, Options(), others).stages.contains(JobStage::kTracking));
  EXPECT_FALSE(RunIt(film_, Options(), others).stages.contains(JobStage::kTracking));
}

TEST_F(RunResumes, WorksFromADescriptorAndReportsItsShownName) {
  const Outcome by_name = RunIt(film_, Options(), prompts_);
  std::filesystem::remove(track_);
  const int descriptor = open(film_.c_str(), O_RDONLY | O_CLOEXEC);

  const Outcome outcome =
      RunIt(InputName::OfDescriptor(descriptor, "original.mp4"), Options(), prompts_);

  close(descriptor);
  EXPECT_EQ(outcome.output, by_name.output);
  auto report = nlohmann::json::parse(outcome.report);
  EXPECT_EQ(report["input"]["file"], "original.mp4");
  auto expected = nlohmann::json::parse(by_name.report);
  expected["input"]["file"] = "original.mp4";
  EXPECT_EQ(report, expected);
}

}  // namespace
}  // namespace tapmask
