// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/track_checkpoint.h"

#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/media/made_video_writer.h"
#include "tapmask/pipeline/scratch.h"
#include "tapmask/pipeline/test_files.h"
#include "tapmask/pipeline/track_pass.h"
#include "tapmask/scene/scene.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

constexpr int kCheckpointFrames = 12;

// Follows by one pixel a frame, and knows nothing else.
class DriftingTracker final : public Tracker {
 public:
  std::vector<Observation> Next(const AnalysisFrame& frame, const AnalysisFrame*) override {
    std::vector<Observation> seen;
    for (auto& [object, x] : left_) {
      Mask mask(frame.image.width(), frame.image.height());
      FillRect(mask, {++x, 10, 12, 9});
      seen.push_back({object, mask, 0.9, 0});
    }
    return seen;
  }
  void SetMask(int object, const Mask& mask) override { left_[object] = mask.BoundingBox().x; }
  void Forget(int object) override { left_.erase(object); }
  bool AtCut() const override { return false; }
  void Archive(StateArchive& archive) override { archive(left_); }

 private:
  std::map<int, int> left_;  // By object.
};

class Checkpoints : public testing::Test {
 protected:
  Checkpoints() {
    SceneOptions options;
    options.width = 96;
    options.height = 64;
    options.frames = kCheckpointFrames;
    const Scene scene(options);
    MadeVideoWriter writer(film_, {96, 64}, {}, {25, 1}, false);
    for (int i = 0; i < kCheckpointFrames; ++i) writer.Write(YuvFromBgr(scene.Render(i).image));
    writer.Finish();
    Mask box(96, 64);
    FillRect(box, {30, 20, 25, 20});
    // Ways back from both masks, the second of which disputes the way forwards.
    prompts_.masks.push_back({box, 4, 1});
    FillRect(box, {20, 30, 40, 20});
    prompts_.masks.push_back({box, 8, 1});
    prompts_.masks.push_back({box, 8, 2});
  }

  TrackPassOptions Options(bool keeps = true) {
    TrackPassOptions options;
    options.engine = ChooseEngine("classical");
    if (engine_is_quick_) {
      options.engine.make_tracker = [](int) { return std::make_unique<DriftingTracker>(); };
    }
    options.scratch_folder = scratch_.folder();
    options.earlier = earlier_;
    if (keeps) options.checkpoint.folder = folder_;
    options.checkpoint.frames = 2;
    return options;
  }

  // What comes of a run. With `stop_at`, nothing: it is stopped there.
  struct Outcome {
    std::string masks;
    int64_t frames_done = 0;  // Tracked in this run.
  };
  Outcome RunIt(TrackPassOptions options, std::optional<int64_t> stop_at = {}) {
    std::stop_source stop;
    options.checkpoint.on_saved = [&](int64_t number) {
      if (number == stop_at) stop.request_stop();
    };
    std::optional<int64_t> first;
    int64_t last = 0;
    const ProgressSink note = [&](const Progress& progress) {
      if (!first) first = progress.frames_done;
      last = progress.frames_done;
    };
    fs::remove(track_);
    try {
      RunTrackPass(film_, prompts_, options, track_, note, stop.get_token());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kCancelled);
      EXPECT_FALSE(fs::exists(track_));
    }
    return {test::ReadBytes(track_), last - first.value_or(0)};
  }

  // Stops the pass at every checkpoint and goes on from there, until it is through.
  void ComesToTheSameThroughEveryStop() {
    const Outcome undisturbed = RunIt(Options(false));
    ASSERT_FALSE(undisturbed.masks.empty());
    int64_t stops = 0;
    std::string masks;
    while (masks.empty()) {
      ++stops;
      ASSERT_LT(stops, 40);
      TrackPassOptions options = Options();
      options.threads = stops % 2 == 0 ? 2 : 1;
      const Outcome part = RunIt(options, stops);
      EXPECT_LT(part.frames_done, undisturbed.frames_done) << "stop " << stops;
      masks = part.masks;
    }
    EXPECT_EQ(masks, undisturbed.masks);
    EXPECT_GT(stops, 4);  // Forwards and backwards.
    EXPECT_FALSE(fs::exists(folder_));
  }

  const Scratch scratch_{{}};
  const fs::path film_ = scratch_.folder() / "film.mp4";
  const fs::path track_ = scratch_.folder() / "masks.jsonl";
  const fs::path folder_ = scratch_.folder() / "checkpoint";
  fs::path earlier_;
  bool engine_is_quick_ = true;
  Prompts prompts_;
};

TEST_F(Checkpoints, ComeToTheSameMasksWhereverThePassIsStopped) {
  engine_is_quick_ = false;
  ComesToTheSameThroughEveryStop();
}

TEST_F(Checkpoints, ComeToTheSameCorrectionsWhereverThePassIsStopped) {
  engine_is_quick_ = false;
  RunIt(Options(false));
  earlier_ = scratch_.folder() / "earlier.jsonl";
  fs::rename(track_, earlier_);
  Mask box(96, 64);
  FillRect(box, {40, 10, 20, 30});
  prompts_.masks = {{box, 6, 1}};

  ComesToTheSameThroughEveryStop();
}

TEST_F(Checkpoints, AreMadeOnceAWindow) {
  TrackPassOptions options = Options();
  options.checkpoint.frames = 1'000;
  int64_t saved = 0;
  options.checkpoint.on_saved = [&](int64_t) { ++saved; };
  RunTrackPass(film_, prompts_, options, track_, [](const Progress&) {}, {});
  EXPECT_EQ(saved, 0);

  options.checkpoint.frames = 7;
  RunTrackPass(film_, prompts_, options, track_, [](const Progress&) {}, {});
  EXPECT_EQ(saved, 2);  // 8 frames forwards, and 8 and some more backwards.
}

TEST_F(Checkpoints, AreGoneOnFromByTheFilesThatWereTakenAwayAtTheTime) {
  const Outcome undisturbed = RunIt(Options(false));
  const fs::path away = scratch_.folder() / "away";
  TrackPassOptions options = Options();
  options.checkpoint.on_saved = [&](int64_t number) {
    fs::create_directories(away);
    for (const char* kind : {"state", "records"}) {
      const std::string name = std::string(kind) + "." + std::to_string(number);
      fs::rename(folder_ / name, away / name);
    }
    if (number > 1) fs::remove(away / ("state." + std::to_string(number - 1)));
  };
  RunTrackPass(film_, prompts_, options, track_, [](const Progress&) {}, {});
  fs::rename(away, folder_);

  const Outcome again = RunIt(Options());

  EXPECT_EQ(again.masks, undisturbed.masks);
  EXPECT_LT(again.frames_done, undisturbed.frames_done / 2);
}

TEST_F(Checkpoints, ThatAreDamagedArePassedOver) {
  const Outcome undisturbed = RunIt(Options(false));
  for (const char* name : {"state.3", "records.2", "records.3"}) {
    for (const bool cut : {false, true}) {
      fs::remove_all(folder_);
      RunIt(Options(), 3);
      std::string bytes = test::ReadBytes(folder_ / name);
      ASSERT_GT(bytes.size(), 10u) << name;
      if (cut) {
        bytes.resize(bytes.size() / 2);
      } else {
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
      }
      std::ofstream(folder_ / name, std::ios::binary) << bytes;

      const Outcome again = RunIt(Options());

      EXPECT_EQ(again.masks, undisturbed.masks) << name;
    }
  }
}

TEST_F(Checkpoints, OfOtherObjectsArePassedOver) {
  RunIt(Options(), 3);
  ASSERT_TRUE(fs::exists(folder_ / "state.3"));
  prompts_.masks.pop_back();
  const Outcome undisturbed = RunIt(Options(false));

  const Outcome run = RunIt(Options());

  EXPECT_EQ(run.masks, undisturbed.masks);
  EXPECT_EQ(run.frames_done, undisturbed.frames_done);
}

TEST_F(Checkpoints, ThatCannotBeWrittenStopNothing) {
  const Outcome undisturbed = RunIt(Options(false));
  TrackPassOptions options = Options();
  options.checkpoint.folder = film_ / "in a file";

  EXPECT_EQ(RunIt(options, 1).masks, undisturbed.masks);  // Or it is stopped at the first one.
}

}  // namespace
}  // namespace tapmask
