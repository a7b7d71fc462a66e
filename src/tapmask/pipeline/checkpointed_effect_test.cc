// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/checkpointed_effect.h"

#include <deque>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/effect/test_frames.h"
#include "tapmask/pipeline/scratch.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

constexpr int kSmallWidth = 20, kSmallHeight = 12, kEffectFrames = 17, kAhead = 3;

Frame Picture(int64_t index) {
  Frame frame = test::MakeFrame({}, kSmallWidth, kSmallHeight, [&](int plane, int x, int y) {
    return static_cast<double>((7 * x + 3 * y + 50 * plane + 11 * static_cast<int>(index)) % 256);
  });
  frame.index = index;
  frame.pts = 40 * index;
  return frame;
}

Mask Cover() {
  Mask mask(kSmallWidth, kSmallHeight);
  FillRect(mask, {4, 4, 6, 5});
  return mask;
}

// Draws a colour that depends on all frames so far, on the one kAhead ahead, and on the frame
// before as it came out.
class SummingEffect final : public FrameEffect {
 public:
  explicit SummingEffect(int64_t& worked_on) : worked_on_(worked_on) {}

  void Push(Frame frame, const Mask&, bool, RenderedFrame rendered) override {
    inside_.push_back({std::move(frame), std::move(rendered)});
  }
  void Finish() override { finished_ = true; }
  std::optional<Done> Pop() override {
    if (inside_.empty() || (!finished_ && inside_.size() <= kAhead)) return std::nullopt;
    ++worked_on_;
    Done done = std::move(inside_.front());
    const int ahead =
        (inside_.size() > kAhead ? inside_[kAhead] : inside_.back()).frame.Row<uint8_t>(0, 0)[0];
    inside_.pop_front();
    sum_ += ahead + (before_.Empty() ? 0 : before_.Row<uint8_t>(0, 5)[5]);
    test::ForEachSample(done.frame, Cover(), [&](int plane, int x, int y, bool hidden) {
      if (hidden) test::SetSample(done.frame, plane, x, y, (sum_ + x) % 256);
    });
    done.rendered.erased = {0.1 * sum_, 0, 1, sum_ % 2 == 0};
    before_ = done.frame;
    return done;
  }
  void Archive(StateArchive& archive, const KnownFrames& frames) override {
    int64_t before = before_.Empty() ? -1 : before_.index;
    archive(sum_, before);
    const size_t count = archive.Count(inside_.size(), 1);
    if (!archive.saves()) inside_.resize(count);
    for (Done& one : inside_) {
      int64_t index = one.frame.index;
      archive(index, one.rendered);
      if (!archive.saves()) one.frame = frames.pushed(index);
    }
    if (!archive.saves() && before >= 0) before_ = frames.done(before);
  }
  int64_t oldest_frame() const override { return inside_.front().frame.index; }

 private:
  int64_t& worked_on_;
  std::deque<Done> inside_;
  Frame before_;
  int sum_ = 0;
  bool finished_ = false;
};

struct Killed {};

class CheckpointedEffectTest : public testing::Test {
 protected:
  // Thrown away at the checkpoint `kill_at`.
  std::vector<FrameEffect::Done> RunIt(std::optional<int64_t> kill_at = {},
                                       const std::string& job = "job", int frames = kEffectFrames) {
    CheckpointOptions options{folder_, 4, most_bytes_, {}};
    options.on_saved = [&](int64_t number) {
      last_saved_ = number;
      if (number == kill_at) throw Killed();
    };
    worked_on_ = 0;
    const auto effect = WithCheckpoints(std::make_unique<SummingEffect>(worked_on_), options, job);
    std::vector<FrameEffect::Done> out;
    const auto take = [&] {
      while (auto done = effect->Pop()) out.push_back(std::move(*done));
    };
    for (int64_t i = 0; i < frames; ++i) {
      Frame picture = Picture(i);
      if (i == other_) test::SetSample(picture, 1, 9, 5, 77);  // Beside the cover.
      effect->Push(picture, Cover(), true, {.frame = i, .pts = 40 * i, .covered_px = 30});
      take();
    }
    effect->Finish();
    take();
    return out;
  }

  void Kill(int64_t at) { EXPECT_THROW(RunIt(at), Killed); }

  static void ExpectSame(const std::vector<FrameEffect::Done>& a,
                         const std::vector<FrameEffect::Done>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) {
      ASSERT_TRUE(SameSamples(a[i].frame, b[i].frame)) << i;
      ASSERT_EQ(a[i].frame.pts, b[i].frame.pts);
      ASSERT_EQ(a[i].rendered.frame, b[i].rendered.frame);
      ASSERT_EQ(a[i].rendered.covered_px, b[i].rendered.covered_px);
      ASSERT_EQ(a[i].rendered.erased->seen_share, b[i].rendered.erased->seen_share);
      ASSERT_EQ(a[i].rendered.erased->camera_is_still, b[i].rendered.erased->camera_is_still);
    }
  }

  const Scratch scratch_{{}};
  fs::path folder_ = scratch_.folder() / "rendered";
  int64_t worked_on_ = 0, last_saved_ = 0, other_ = -1;
  int64_t most_bytes_ = 1 << 30;
};

TEST_F(CheckpointedEffectTest, ComesToTheSameWhereverItIsKilled) {
  const auto whole = RunIt();
  EXPECT_EQ(whole.size(), size_t{kEffectFrames});
  EXPECT_EQ(last_saved_, 3);
  fs::remove_all(folder_);

  for (int64_t at = 1; at <= 3; ++at) Kill(at);  // Each goes on from the one before.

  ExpectSame(RunIt(), whole);
  EXPECT_EQ(worked_on_, kEffectFrames - 12);
}

TEST_F(CheckpointedEffectTest, IsGoneOnFromByWhatWasTakenAwayAtTheTime) {
  const auto whole = RunIt();
  fs::remove_all(folder_);
  const fs::path away = scratch_.folder() / "away";
  fs::create_directory(away);
  for (int64_t at = 1; at <= 3; ++at) {
    Kill(at);
    for (const std::string kind : {"state.", "frames."}) {
      fs::copy(folder_ / (kind + std::to_string(at)), away / (kind + std::to_string(at)));
    }
    if (at > 1) fs::remove(away / ("state." + std::to_string(at - 1)));
  }
  fs::remove_all(folder_);
  fs::rename(away, folder_);

  ExpectSame(RunIt(), whole);
  EXPECT_EQ(worked_on_, kEffectFrames - 12);
}

TEST_F(CheckpointedEffectTest, BeginsAnewForAnotherJobAndForWhatIsDamaged) {
  const auto whole = RunIt();
  for (const char* name : {"state.2", "frames.1", "frames.2"}) {
    fs::remove_all(folder_);
    Kill(2);
    std::fstream file(folder_ / name, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(40);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(40);
    file.put(byte);
    file.close();

    ExpectSame(RunIt(), whole);
    EXPECT_GT(worked_on_, kEffectFrames - 8) << name;
  }
  fs::remove_all(folder_);
  Kill(2);
  ExpectSame(RunIt({}, "another job"), whole);
  EXPECT_EQ(worked_on_, kEffectFrames);
}

TEST_F(CheckpointedEffectTest, StopsNothingWhenItCannotBeWritten) {
  std::ofstream(folder_) << "a file where a folder should be";
  folder_ /= "rendered";
  EXPECT_EQ(RunIt().size(), size_t{kEffectFrames});
  EXPECT_EQ(worked_on_, kEffectFrames);
  EXPECT_EQ(last_saved_, 0);
}

TEST_F(CheckpointedEffectTest, RefusesAShorterVideo) {
  Kill(3);
  EXPECT_THROW(RunIt({}, "job", 13), ResumeFailed);
}

// What is decoded of a damaged video may differ from time to time; under a patch it would show.
TEST_F(CheckpointedEffectTest, RefusesToPutPatchesOnOtherFrames) {
  for (const int64_t index : {3, 9}) {  // One that was done, one that was not out.
    fs::remove_all(folder_);
    Kill(2);
    other_ = index;
    EXPECT_THROW(RunIt(), ResumeFailed) << index;
    other_ = -1;
  }
  EXPECT_EQ(RunIt().size(), size_t{kEffectFrames});
}

TEST_F(CheckpointedEffectTest, KeepsNoMoreThanItMay) {
  most_bytes_ = 1;
  RunIt();
  EXPECT_EQ(last_saved_, 1);
  RunIt();
  EXPECT_EQ(worked_on_, kEffectFrames - 4);
}

}  // namespace
}  // namespace tapmask
