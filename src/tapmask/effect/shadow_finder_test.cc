// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/shadow_finder.h"

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/effect/test_frames.h"

namespace tapmask {
namespace {

constexpr int kWidth = 160, kHeight = 112, kFrames = 24;
const PixelFormat kFormat{};

double Value(int ix, int iy) {
  uint32_t h = static_cast<uint32_t>(ix) * 0x85EBCA77u + static_cast<uint32_t>(iy) * 0xC2B2AE3Du;
  h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
  return static_cast<double>((h ^ (h >> 13)) & 0xFF);
}

double GroundTexture(double x, double y, double cell) {
  const int ix = static_cast<int>(std::floor(x / cell)),
            iy = static_cast<int>(std::floor(y / cell));
  const double fx = x / cell - ix, fy = y / cell - iy;
  return (Value(ix, iy) * (1 - fx) + Value(ix + 1, iy) * fx) * (1 - fy) +
         (Value(ix, iy + 1) * (1 - fx) + Value(ix + 1, iy + 1) * fx) * fy;
}

struct ShadowFilm {
  double pan = 1;      // Samples a frame.
  double step = 5;     // Of the box, on the ground.
  double shade = 0.6;  // Of the light that is left in the shadow.

  int Left(int frame) const { return static_cast<int>(16 + (step - pan) * frame); }
  Mask Box(int frame) const {
    Mask mask(kWidth, kHeight);
    FillRect(mask, {Left(frame), 34, 16, 40});
    return mask;
  }
  Mask Shadow(int frame) const {  // Beside the foot of the box, and partly under it.
    const Mask ellipse = test::Ellipse(kWidth, kHeight, Left(frame) + 26, 70, 18, 8);
    return Subtract(ellipse, Box(frame));
  }
  Frame Picture(int frame, int under_mask) const {
    const Mask shadow = Shadow(frame), box = Box(frame);
    Frame out = test::MakeFrame(kFormat, kWidth, kHeight, [&](int plane, int x, int y) {
      if (plane > 0) return 120.0;
      if (box.At(x, y)) return static_cast<double>(under_mask);
      const double ground = 110 + 0.4 * GroundTexture(x + pan * frame, y, 9);
      return shadow.At(x, y) ? shade * ground : ground;
    });
    out.index = frame;
    return out;
  }
};

std::vector<ShadowFinder::Found> Find(const ShadowFilm& film, int under_mask = 30,
                                      const ShadowFinderOptions& options = {}) {
  ShadowFinder finder(options);
  std::vector<ShadowFinder::Found> out;
  const auto take = [&] {
    while (auto found = finder.Pop()) out.push_back(std::move(*found));
  };
  for (int i = 0; i < kFrames; ++i) {
    finder.Push(film.Picture(i, under_mask), film.Box(i));
    take();
  }
  finder.Finish();
  take();
  return out;
}

int Area(const Mask& mask) {
  return static_cast<int>(mask.Area());
}

TEST(ShadowFinder, FindsWhatMovesAlongAndIsDarker) {
  for (const double pan : {0.0, 1.0, 2.5}) {
    const ShadowFilm film{.pan = pan};
    const std::vector<ShadowFinder::Found> found = Find(film);

    ASSERT_EQ(found.size(), static_cast<size_t>(kFrames));
    for (int i = 0; i < kFrames; ++i) {
      const auto& [frame, mask] = found[static_cast<size_t>(i)];
      EXPECT_EQ(frame.index, i);
      EXPECT_EQ(Area(Subtract(film.Box(i), mask)), 0) << "what was masked stays masked";
      const Mask shadow = film.Shadow(i);
      if (Area(shadow) < 250) continue;  // At the border.
      EXPECT_LT(Area(Subtract(shadow, mask)), 0.05 * Area(shadow))
          << "frame " << i << " pan " << pan;
      const Mask too_much = Subtract(Subtract(mask, film.Box(i)), shadow);
      EXPECT_LT(Area(too_much), 1.0 * Area(shadow)) << "frame " << i << " pan " << pan;
    }
  }
}

TEST(ShadowFinder, FindsNothingWhereThereIsNoShadowOrItNeverMoves) {
  for (const ShadowFilm& film : {ShadowFilm{.shade = 1}, ShadowFilm{.step = 0}}) {
    const std::vector<ShadowFinder::Found> found = Find(film);
    for (int i = 0; i < kFrames; ++i) {
      EXPECT_TRUE(found[static_cast<size_t>(i)].mask == film.Box(i)) << "frame " << i;
    }
  }
}

TEST(ShadowFinder, DoesNotDependOnWhatIsUnderTheMaskOrOnThreads) {
  const std::vector<ShadowFinder::Found> one = Find({}), two = Find({}, 255, {.threads = 3});
  for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(one[i].mask == two[i].mask) << "frame " << i;
}

TEST(ShadowFinder, GoesOnAlikeFromItsArchive) {
  const ShadowFilm film;
  const ShadowFinderOptions short_reach{.memory_bytes = 3'500'000};  // 8 frames ahead.
  const std::vector<ShadowFinder::Found> whole = Find(film, 30, short_reach);
  EXPECT_GT(Area(Subtract(whole[12].mask, film.Box(12))), 250);
  for (int last = 0; last < kFrames; last += 6) {
    ShadowFinder before(short_reach), after(short_reach);
    size_t at = 0;
    const auto compare = [&](ShadowFinder& finder) {
      while (auto found = finder.Pop()) {
        ASSERT_TRUE(found->mask == whole[at].mask) << at << " after " << last;
        ASSERT_TRUE(SameSamples(found->frame, whole[at++].frame));
      }
    };
    for (int i = 0; i <= last; ++i) {
      before.Push(film.Picture(i, 30), film.Box(i));
      compare(before);
    }
    StateArchive saving;
    before.Archive(saving, {});
    StateArchive restoring(saving.bytes());
    const auto pushed = [&](int64_t index) {
      EXPECT_GE(index, before.oldest_frame());
      return film.Picture(static_cast<int>(index), 30);
    };
    after.Archive(restoring, {pushed, {}});
    EXPECT_TRUE(restoring.AtEnd());
    for (int i = last + 1; i < kFrames; ++i) {
      after.Push(film.Picture(i, 30), film.Box(i));
      compare(after);
    }
    after.Finish();
    compare(after);
    EXPECT_EQ(at, whole.size());
  }
}

TEST(ShadowFinder, EndsOnWhatHasNoGround) {
  EXPECT_TRUE(Find({}, 30, {.memory_bytes = 1}).size() == kFrames);

  ShadowFinder finder({});
  finder.Finish();
  EXPECT_FALSE(finder.Pop());

  ShadowFinder alone({});
  const Mask whole(kWidth, kHeight, 255);
  alone.Push(ShadowFilm{}.Picture(0, 30), whole);
  alone.Finish();
  EXPECT_TRUE(alone.Pop()->mask == whole);

  EXPECT_THROW(alone.Push(ShadowFilm{}.Picture(0, 30), Mask(4, 4)), Error);
}

}  // namespace
}  // namespace tapmask
