// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/job.h"

#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"
#include "tapmask/media/made_video_writer.h"
#include "tapmask/media/picture.h"
#include "tapmask/pipeline/input_guard.h"
#include "tapmask/pipeline/scratch.h"
#include "tapmask/pipeline/test_files.h"
#include "tapmask/scene/scene.h"

namespace tapmask {
namespace {

constexpr int kFrames = 8;

class Job : public testing::Test {
 protected:
  Job() {
    SceneOptions options;
    options.width = 128;
    options.height = 96;
    options.frames = kFrames;
    const Scene scene(options);
    MadeVideoWriter writer(film_, {128, 96}, {}, {25, 1}, false);
    std::filesystem::create_directory(masks_);
    for (int i = 0; i < kFrames; ++i) {
      writer.Write(YuvFromBgr(scene.Render(i).image));
      Mask mask(128, 96);
      FillRect(mask, {30 + 2 * i, 30, 20, 30});
      WriteMaskPicture(masks_ / (std::to_string(i) + ".png"), mask);
    }
    writer.Finish();
  }

  JobOptions Options() const {
    JobOptions options;
    options.report_file = report_;
    options.scratch_folder = scratch_.folder();
    return options;
  }

  std::set<std::string> FilesLeft() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(scratch_.folder())) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

  const Scratch scratch_{{}};
  const std::filesystem::path film_ = scratch_.folder() / "film.mp4";
  const std::filesystem::path out_ = scratch_.folder() / "out.mp4";
  const std::filesystem::path masks_ = scratch_.folder() / "masks";
  const std::filesystem::path report_ = scratch_.folder() / "report.json";
};

TEST_F(Job, WritesAReportThatVerifies) {
  const JobResult result = Render(film_, out_, masks_, Options(), test::kNoProgress, {});

  EXPECT_EQ(result.frames, kFrames);
  EXPECT_TRUE(VerifyReport(out_, report_).empty());
  std::ifstream file(report_);
  const auto report = nlohmann::json::parse(file);
  ASSERT_EQ(report["frames"].size(), static_cast<size_t>(kFrames));
  EXPECT_GT(report["frames"][3]["covered"], 600);
  EXPECT_EQ(report["frames"][3]["objects"][0]["state"], "given");

  std::ofstream(out_, std::ios::app | std::ios::binary) << 'x';
  EXPECT_FALSE(VerifyReport(out_, report_).empty());
}

TEST_F(Job, LeavesNothingWhenCancelled) {
  std::stop_source stop;
  const ProgressSink cancel_in_the_middle = [&](const Progress& progress) {
    if (progress.frames_done == 3) stop.request_stop();
  };

  try {
    Render(film_, out_, masks_, Options(), cancel_in_the_middle, stop.get_token());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kCancelled);
  }

  EXPECT_EQ(FilesLeft(), (std::set<std::string>{"film.mp4", "masks"}));
}

// The output was in place before the report was tried, and the program then said that it failed.
TEST_F(Job, LeavesNoOutputWhenTheReportCannotBeWritten) {
  JobOptions options = Options();
  std::filesystem::create_directory(scratch_.folder() / "reports");
  options.report_file = scratch_.folder() / "reports/report.json";
  const ProgressSink remove_the_folder = [&](const Progress& progress) {
    if (progress.stage == JobStage::kEncoding)
      std::filesystem::remove(scratch_.folder() / "reports");
  };

  EXPECT_THROW(Render(film_, out_, masks_, options, remove_the_folder, {}), Error);

  EXPECT_EQ(FilesLeft(), (std::set<std::string>{"film.mp4", "masks"}));
}

TEST_F(Job, SaysThatTheOutputIsThereWhenTheReportCannotBePutInPlace) {
  const ProgressSink lay_a_folder_in_its_way = [&](const Progress& progress) {
    if (progress.stage == JobStage::kEncoding) std::filesystem::create_directory(report_);
  };

  try {
    Render(film_, out_, masks_, Options(), lay_a_folder_in_its_way, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kUnavailable);
    EXPECT_EQ(error.public_text(),
              "The output " + out_.string() + " is whole and in place, but " + report_.string() +
                  " could not be put in place; check that you may write there.");
  }

  EXPECT_EQ(FilesLeft(), (std::set<std::string>{"film.mp4", "masks", "out.mp4", "report.json"}));
}

TEST_F(Job, LeavesNoMasksWhenCancelledWhileItRenders) {
  std::stop_source stop;
  const ProgressSink cancel = [&](const Progress& progress) {
    if (progress.stage == JobStage::kProcessing) stop.request_stop();
  };
  Prompts prompts;
  prompts.masks.push_back({ReadMaskPicture(masks_ / "0.png"), 0, 1});

  EXPECT_THROW(tapmask::Run(film_, out_, prompts, Options(), scratch_.folder() / "new/masks",
                            cancel, stop.get_token()),
               Error);

  EXPECT_EQ(FilesLeft(), (std::set<std::string>{"film.mp4", "masks"}));
}

TEST_F(Job, CoversWhereAMaskIsMissing) {
  std::filesystem::remove(masks_ / "4.png");

  const JobResult result = Render(film_, out_, masks_, Options(), test::kNoProgress, {});

  ASSERT_EQ(result.to_review.size(), 1u);
  EXPECT_EQ(result.to_review[0].first_frame, 4);
  std::ifstream file(report_);
  EXPECT_GT(nlohmann::json::parse(file)["frames"][4]["covered"], 600);
}

TEST_F(Job, WarnsWhenNothingWasHidden) {
  for (int i = 0; i < kFrames; ++i) {
    WriteMaskPicture(masks_ / (std::to_string(i) + ".png"), Mask(128, 96));
  }

  const JobResult result = Render(film_, out_, masks_, Options(), test::kNoProgress, {});

  ASSERT_FALSE(result.notices.warnings.empty());
}

TEST_F(Job, ReportsMasksAlone) {
  Prompts prompts;
  prompts.masks.push_back({ReadMaskPicture(masks_ / "0.png"), 0, 1});

  const JobResult result =
      Track(film_, prompts, Options(), {}, scratch_.folder() / "new", test::kNoProgress, {});

  std::ifstream file(report_);
  const auto report = nlohmann::json::parse(file);
  EXPECT_EQ(report["command"], "track");
  EXPECT_EQ(report["to_review"].size(), result.to_review.size());
  ASSERT_EQ(report["frames"].size(), static_cast<size_t>(kFrames));
  EXPECT_EQ(report["frames"][0]["objects"][0]["state"], "given");
  for (const char* key : {"output", "effect", "invariants"}) EXPECT_FALSE(report.contains(key));
  EXPECT_THROW(VerifyReport(film_, report_), Error);
}

// It was only warned of, and the output showed everything.
TEST_F(Job, RefusesASpanThatHoldsNoFrame) {
  const auto refusal = [&](double from, double to) -> std::string {
    JobOptions options = Options();
    options.effect.from_seconds = from;
    options.effect.to_seconds = to;
    try {
      Render(film_, out_, masks_, options, test::kNoProgress, {});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kInvalidArgument);
      return error.public_text();
    }
    return "";
  };
  const std::string beyond =
      " is beyond the end of the video, which is 0.320 s long, so nothing "
      "would be hidden; give an earlier time.";

  EXPECT_EQ(refusal(100, 200), "--from 100" + beyond);
  EXPECT_EQ(refusal(0.32, 200), "--from 0.32" + beyond);
  EXPECT_EQ(refusal(0.05, 0.06),
            "No frame of the video lies between --from and --to, so nothing would be hidden; move "
            "them further apart.");
  EXPECT_EQ(FilesLeft(), (std::set<std::string>{"film.mp4", "masks"}));
  EXPECT_EQ(refusal(0.25, 200), "");
}

TEST_F(Job, RefusesAnInputThatChangesOnTheWay) {
  const InputGuard guard(film_);
  EXPECT_NO_THROW(guard.Check());

  const auto before = std::filesystem::last_write_time(film_);
  std::filesystem::last_write_time(film_, before + std::chrono::seconds(1));

  EXPECT_THROW(guard.Check(), Error);
}

// Numbered pictures were not watched.
TEST_F(Job, RefusesPicturesThatChangeOnTheWay) {
  const std::string pictures = (masks_ / "%d.png").string();
  {
    const InputGuard guard(pictures);
    EXPECT_NO_THROW(guard.Check());
    WriteMaskPicture(masks_ / "3.png", Mask(128, 96));
    EXPECT_THROW(guard.Check(), Error);
  }
  const InputGuard guard(pictures);
  std::filesystem::remove(masks_ / "3.png");
  EXPECT_THROW(guard.Check(), Error);
}

}  // namespace
}  // namespace tapmask
