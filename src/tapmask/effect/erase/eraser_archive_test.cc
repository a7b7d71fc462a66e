// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/effect/erase/test_films.h"
#include "tapmask/effect/eraser.h"

namespace tapmask {
namespace {

using namespace test;

// Little memory, so that the window is short and slides over most of a film.
const ClassicalEraserOptions kShortWindow{.memory_bytes = 1};
const ClassicalEraserOptions kShortWindowThreeThreads{.threads = 3, .memory_bytes = 1};

class EraserArchive : public testing::Test {
 protected:
  void Begin(const Film& film, std::vector<bool> erase = {}) {
    film_ = film;
    erase_ = std::move(erase);
    whole_.clear();
    saved_.clear();
    const auto eraser = MakeClassicalEraser(kShortWindow);
    for (size_t i = 0; i < film_.frames.size(); ++i) {
      Push(*eraser, i);
      while (auto erased = eraser->Pop()) whole_.push_back(std::move(*erased));
      StateArchive archive;
      eraser->Archive(archive, {});
      saved_.push_back({archive.bytes(), whole_.size(), eraser->oldest_frame()});
    }
    eraser->Finish();
    while (auto erased = eraser->Pop()) whole_.push_back(std::move(*erased));
    ASSERT_EQ(whole_.size(), film_.frames.size());
  }

  void Push(Eraser& eraser, size_t i) const {
    eraser.Push(film_.frames[i], film_.masks[i], erase_.empty() || erase_[i]);
  }

  // Goes on where frame `last` had been pushed, and compares all that comes out.
  void GoesOnAlikeAfter(size_t last) const {
    const Saved& saved = saved_[last];
    const auto eraser = MakeClassicalEraser(last % 2 ? kShortWindow : kShortWindowThreeThreads);
    StateArchive archive(saved.bytes);
    const KnownFrames frames{[&](int64_t index) {
                               EXPECT_GE(index, saved.oldest_frame);
                               EXPECT_LE(index, static_cast<int64_t>(last));
                               return film_.frames.at(static_cast<size_t>(index));
                             },
                             [&](int64_t index) {
                               EXPECT_EQ(index, static_cast<int64_t>(saved.done) - 1);
                               return whole_.at(static_cast<size_t>(index)).frame;
                             }};
    eraser->Archive(archive, frames);
    EXPECT_TRUE(archive.AtEnd());
    EXPECT_EQ(eraser->oldest_frame(), saved.oldest_frame);

    size_t at = saved.done;
    const auto compare = [&] {
      while (auto erased = eraser->Pop()) {
        ASSERT_LT(at, whole_.size());
        const ErasedFrame& expected = whole_[at++];
        ASSERT_TRUE(SameSamples(erased->frame, expected.frame)) << at << " after " << last;
        ASSERT_EQ(erased->frame.pts, expected.frame.pts);
        ASSERT_EQ(erased->seen_share, expected.seen_share);
        ASSERT_EQ(erased->invented_share, expected.invented_share);
        ASSERT_EQ(erased->confidence, expected.confidence);
        ASSERT_EQ(erased->camera_is_still, expected.camera_is_still);
      }
    };
    for (size_t i = last + 1; i < film_.frames.size(); ++i) {
      Push(*eraser, i);
      compare();
    }
    eraser->Finish();
    compare();
    EXPECT_EQ(at, whole_.size());
  }

  void GoesOnAlikeEverywhere() const {
    constexpr size_t kStep = 4;  // Every frame would take long, and finds no more.
    for (size_t last = 0; last < film_.frames.size(); last += kStep) GoesOnAlikeAfter(last);
  }

  struct Saved {
    std::string bytes;
    size_t done = 0;
    int64_t oldest_frame = 0;
  };
  Film film_;
  std::vector<bool> erase_;
  std::vector<ErasedFrame> whole_;
  std::vector<Saved> saved_;  // After each pushed frame.
};

TEST_F(EraserArchive, GoesOnAlikeUnderAPan) {
  for (const PixelFormat& format : {kYuv420, kGray, kYuv420Deep}) {
    Begin(Hide(Pan(format, 16, 2, 1.5), 1));
    GoesOnAlikeEverywhere();
  }
}

TEST_F(EraserArchive, GoesOnAlikeWhenTheCameraStopsAndTheShotEnds) {
  Film film = Pan(kYuv420, 10, 2);
  for (int i = 10; i < 30; ++i) {
    film.frames.push_back(Paint(kYuv420, i, [&](double x, double y) {
      return i < 17 ? 30 + 0.6 * Texture(x + 18, y, 9) : 220 - 0.7 * Texture(y + 300, x, 6);
    }));
    film.masks.push_back(Box(40, 22, 14, 18));
  }
  Begin(Hide(film, 1));
  GoesOnAlikeEverywhere();
}

// A place that is never in sight is made up, with texture that is carried on.
TEST_F(EraserArchive, GoesOnAlikeWithWhatWasMadeUp) {
  Film film = Pan(kYuv420, 24, 0.4);
  for (Mask& mask : film.masks) mask = Box(20, 10, 50, 40);
  Begin(Hide(film, 1));
  ASSERT_GT(whole_[12].invented_share, 0.5);
  GoesOnAlikeEverywhere();
}

// Something passes behind the hole, while the camera pans and then stands.
TEST_F(EraserArchive, GoesOnAlikeWithWhatPassesBehind) {
  Film film;
  for (int i = 0; i < 26; ++i) {
    const double pan = std::min(i, 14);
    film.frames.push_back(Paint(kYuv420, i, [&](double x, double y) {
      const double from = 4 + 3.0 * i;
      const bool passes = x > from && x < from + 22 && y > 16 && y < 48;
      return passes ? 60 + 0.7 * Texture(x - from + 700, y, 5) : 30 + 0.4 * Texture(x + pan, y, 9);
    }));
    film.masks.push_back(Box(42, 24, 10, 14));
  }
  Begin(Hide(film, 1));
  GoesOnAlikeEverywhere();
}

TEST_F(EraserArchive, GoesOnAlikeWhereNotAllIsErased) {
  Film film = Pan(kYuv420, 20, 1);
  film.masks[4] = film.masks[13] = Mask(kWidth, kHeight);
  std::vector<bool> erase(20, true);
  for (const size_t i : {0, 1, 2, 8, 9, 16}) erase[i] = false;
  Begin(Hide(film, 1), erase);
  GoesOnAlikeEverywhere();
}

// What is cut short is refused, and nothing crashes.
TEST_F(EraserArchive, RefusesWhatIsNotWhole) {
  Begin(Hide(Pan(kYuv420, 12, 2), 1));
  const std::string& whole = saved_.back().bytes;
  const KnownFrames frames{
      [&](int64_t index) { return film_.frames.at(static_cast<size_t>(index)); },
      [&](int64_t index) { return whole_.at(static_cast<size_t>(index)).frame; }};
  for (size_t size = 0; size < whole.size(); size += 1 + whole.size() / 50) {
    StateArchive archive(whole.substr(0, size));
    EXPECT_THROW(MakeClassicalEraser(kShortWindow)->Archive(archive, frames), Error) << size;
  }
}

}  // namespace
}  // namespace tapmask
