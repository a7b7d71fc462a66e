// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/effect/erase/test_films.h"
#include "tapmask/effect/eraser.h"
#include "tapmask/effect/test_frames.h"

namespace tapmask {
namespace {

using namespace test;

std::vector<ErasedFrame> EraseFilm(const Film& film, const ClassicalEraserOptions& options = {},
                                   const std::vector<bool>& erase = {}) {
  const auto eraser = MakeClassicalEraser(options);
  std::vector<ErasedFrame> out;
  const auto take = [&] {
    while (auto erased = eraser->Pop()) out.push_back(std::move(*erased));
  };
  for (size_t i = 0; i < film.frames.size(); ++i) {
    eraser->Push(film.frames[i], film.masks[i], erase.empty() || erase[i]);
    take();
  }
  eraser->Finish();
  take();
  return out;
}

// In the luma samples under the masks, grey levels of 8 bit.
double Psnr(const Film& truth, const std::vector<ErasedFrame>& erased, size_t first, size_t last) {
  double sum = 0, count = 0;
  for (size_t i = first; i <= last; ++i) {
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        if (!truth.masks[i].At(x, y)) continue;
        const double d =
            truth.frames[i].Row<uint8_t>(0, y)[x] - erased[i].frame.Row<uint8_t>(0, y)[x];
        sum += d * d;
        ++count;
      }
    }
  }
  return sum == 0 ? 99 : 10 * std::log10(255 * 255 / (sum / count));
}

TEST(ClassicalEraser, ShowsWhatIsBehindUnderAPan) {
  const Film truth = Pan(kYuv420, 24, 2);

  const std::vector<ErasedFrame> erased = EraseFilm(Hide(truth, 1));

  ASSERT_EQ(erased.size(), truth.frames.size());
  EXPECT_GT(Psnr(truth, erased, 0, 23), 36);
  for (const ErasedFrame& e : erased) {
    EXPECT_GT(e.seen_share, 0.95);
    EXPECT_GT(e.confidence, 0.8);
    EXPECT_NEAR(e.seen_share + e.invented_share, 1, 1e-9);
    EXPECT_FALSE(e.camera_is_still);
  }
}

// The window slides along with the frames, so none of them is at a border of it.
TEST(ClassicalEraser, FillsEveryFrameOfALongFilmAlike) {
  const Film truth = Pan(kYuv420, 110, 0.7);

  const std::vector<ErasedFrame> erased =
      EraseFilm(Hide(truth, 1), {.memory_bytes = 8 << 20});  // 20 frames to both sides.

  ASSERT_EQ(erased.size(), truth.frames.size());
  std::vector<double> each;
  for (size_t i = 20; i < 90; ++i) each.push_back(Psnr(truth, erased, i, i));
  std::sort(each.begin(), each.end());
  EXPECT_GT(each.front(), 30);
  EXPECT_LT(each[each.size() / 2] - each.front(), 6);
}

TEST(ClassicalEraser, CopiesExactlyWhenNothingMovesButTheObject) {
  Film truth = Pan(kYuv420, 20, 0);
  for (size_t i = 0; i < truth.masks.size(); ++i) {
    truth.masks[i] = Box(6 + 4 * static_cast<int>(i), 20, 10, 14);
  }

  const std::vector<ErasedFrame> erased = EraseFilm(Hide(truth, 1));

  EXPECT_GT(Psnr(truth, erased, 0, 19), 48);
  for (const ErasedFrame& e : erased) EXPECT_TRUE(e.camera_is_still);
}

// What is bright and lies wholly in the hole was shown half transparent, since it differs much from
// what is around.
TEST(ClassicalEraser, CopiesWhatStandsOutExactlyWhenTheCameraIsStill) {
  for (const int first : {0, 10, 20}) {  // In sight after, before and after, before.
    Film film;
    for (int i = 0; i < 30; ++i) {
      film.frames.push_back(Paint(kGray, i, [&](double x, double y) {
        return x > 44 && x < 60 && y > 24 && y < 40 ? 220 : 20 + 0.05 * Texture(x, y, 5);
      }));
      film.masks.push_back(i >= first && i < first + 10 ? Box(38, 18, 28, 28)
                                                        : Mask(kWidth, kHeight));
    }

    const std::vector<ErasedFrame> erased = EraseFilm(Hide(film, 1));

    for (int i = first; i < first + 10; ++i) {
      const auto n = static_cast<size_t>(i);
      EXPECT_NEAR(erased[n].frame.Row<uint8_t>(0, 32)[52], film.frames[n].Row<uint8_t>(0, 32)[52],
                  1)
          << i;
    }
  }
}

TEST(ClassicalEraser, ShowsNothingOfWhatIsUnderTheMasks) {
  for (const double pan : {0.0, 1.5}) {
    for (const PixelFormat& format : {kYuv420, kGray, kRgb, kYuv420Deep}) {
      Film film = Pan(format, 16, pan);
      for (size_t i = 0; i < film.masks.size(); ++i) {  // Also at the border, and moving.
        film.masks[i] = Union(Box(static_cast<int>(5 * i), 21, 13, 17), Box(88, 50, 8, 14));
      }
      const std::vector<ErasedFrame> one = EraseFilm(Hide(film, 1)),
                                     two = EraseFilm(Hide(film, 99));

      ASSERT_EQ(one.size(), two.size());
      for (size_t i = 0; i < one.size(); ++i) {
        EXPECT_TRUE(SameSamples(one[i].frame, two[i].frame)) << "frame " << i << " pan " << pan;
        EXPECT_EQ(one[i].seen_share, two[i].seen_share);
        EXPECT_EQ(one[i].confidence, two[i].confidence);
        EXPECT_EQ(one[i].camera_is_still, pan == 0);
      }
    }
  }
}

TEST(ClassicalEraser, GivesTheSameWithAnyNumberOfThreads) {
  const Film film = Hide(Pan(kYuv420, 10, 2), 1);

  const std::vector<ErasedFrame> one = EraseFilm(film), three = EraseFilm(film, {.threads = 3});

  for (size_t i = 0; i < one.size(); ++i) {
    EXPECT_TRUE(SameSamples(one[i].frame, three[i].frame)) << "frame " << i;
    EXPECT_EQ(one[i].confidence, three[i].confidence);
  }
}

TEST(ClassicalEraser, TouchesNothingOutsideTheMasks) {
  const Film film = Hide(Pan(kYuv420, 10, 2), 1);

  const std::vector<ErasedFrame> erased = EraseFilm(film);

  for (size_t i = 0; i < erased.size(); ++i) {
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        if (film.masks[i].At(x, y)) continue;
        ASSERT_EQ(erased[i].frame.Row<uint8_t>(0, y)[x], film.frames[i].Row<uint8_t>(0, y)[x]);
      }
    }
    EXPECT_EQ(erased[i].frame.index, film.frames[i].index);
    EXPECT_EQ(erased[i].frame.pts, film.frames[i].pts);
    EXPECT_EQ(erased[i].frame.duration, film.frames[i].duration);
  }
}

TEST(ClassicalEraser, FollowsTheLight) {
  const Film truth = Pan(kYuv420, 20, 2, 2.5);

  const std::vector<ErasedFrame> erased = EraseFilm(Hide(truth, 1));

  EXPECT_GT(Psnr(truth, erased, 2, 17), 33);
}

// A camera that swings blurs its frames; what is copied into them from sharp ones is not sharper
// than they are.
TEST(ClassicalEraser, IsAsSharpAsTheFrame) {
  Film truth;
  const auto is_blurred = [](int i) { return i >= 8 && i < 16; };
  for (int i = 0; i < 24; ++i) {
    truth.frames.push_back(Paint(kGray, i, [&](double x, double y) {
      const auto fine = [&](double shift) { return 60 + 0.5 * Texture(x + 3 * i + shift, y, 2.5); };
      if (!is_blurred(i)) return fine(0);
      double sum = 0;
      for (int k = -4; k <= 4; ++k) sum += fine(k);
      return sum / 9;
    }));
    truth.masks.push_back(is_blurred(i) ? Box(40, 22, 14, 18) : Box(0, 0, 4, 4));
  }

  const std::vector<ErasedFrame> erased = EraseFilm(Hide(truth, 1));

  const auto detail_of = [&](const Frame& frame, const Mask& mask) {
    double sum = 0;
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 1; x < kWidth; ++x) {
        if (!mask.At(x, y) || !mask.At(x - 1, y)) continue;
        sum += std::abs(frame.Row<uint8_t>(0, y)[x] - frame.Row<uint8_t>(0, y)[x - 1]);
      }
    }
    return sum;
  };
  double shown = 0, true_detail = 0;
  for (size_t i = 8; i < 16; ++i) {
    shown += detail_of(erased[i].frame, truth.masks[i]);
    true_detail += detail_of(truth.frames[i], truth.masks[i]);
  }
  EXPECT_LT(shown, 1.6 * true_detail);
}

// Small pictures of every format and of odd sides, with masks at their borders.
TEST(ClassicalEraser, ShowsNothingOfWhatIsUnderTheMasksInAnyFormat) {
  std::mt19937 random(3);
  for (const PixelFormat& format : test::AllFormats()) {
    for (const Size size : {Size{6, 7}, Size{43, 30}, Size{294, 40}, Size{57, 26}}) {
      Film film;
      for (int i = 0; i < 4; ++i) {
        film.frames.push_back(
            test::MakeFrame(format, size.width, size.height,
                            [&](int, int x, int y) { return Texture(x + 2 * i, y, 5); }));
        film.masks.push_back(test::RandomMask(size.width, size.height, random));
        FillRect(film.masks.back(), {0, size.height - 3, 3, 2});
      }
      const std::vector<ErasedFrame> one = EraseFilm(Hide(film, 1)),
                                     two = EraseFilm(Hide(film, 99));
      for (size_t i = 0; i < one.size(); ++i) {
        ASSERT_TRUE(SameSamples(one[i].frame, two[i].frame))
            << test::Name(format) << " " << size.width << "x" << size.height << " frame " << i;
      }
    }
  }
}

// The object is in sight in frames that are not to be erased, and must not be copied from there.
TEST(ClassicalEraser, TakesNothingFromUnderTheMasksOfOtherFrames) {
  const Film film = Pan(kGray, 12, 1);
  const std::vector<bool> erase{false, false, false, true,  true,  true,
                                true,  true,  true,  false, false, false};

  const std::vector<ErasedFrame> one = EraseFilm(Hide(film, 1), {}, erase);
  const std::vector<ErasedFrame> two = EraseFilm(Hide(film, 99), {}, erase);

  for (size_t i = 0; i < erase.size(); ++i) {
    if (erase[i]) {
      EXPECT_TRUE(SameSamples(one[i].frame, two[i].frame)) << "frame " << i;
    } else {
      EXPECT_TRUE(SameSamples(one[i].frame, Hide(film, 1).frames[i])) << "frame " << i;
      EXPECT_EQ(one[i].seen_share, 0);
    }
  }
}

TEST(ClassicalEraser, TakesNothingFromAnotherShot) {
  Film film = Pan(kYuv420, 10, 2);
  const Film dark = Pan(kYuv420, 10, 2);
  for (const Frame& frame : dark.frames) {  // The other shot has nothing above a grey level of 20.
    Frame other = Paint(kYuv420, frame.index + 10, [&](double x, double y) {
      return 0.08 * Texture(y + 3.0 * frame.index, x + 500, 5);
    });
    film.frames.push_back(std::move(other));
    film.masks.push_back(Box(40, 22, 14, 18));
  }

  const std::vector<ErasedFrame> erased = EraseFilm(Hide(film, 1));

  for (size_t i = 10; i < 20; ++i) {
    for (int y = 22; y < 40; ++y) {
      for (int x = 40; x < 54; ++x) {
        ASSERT_LE(erased[i].frame.Row<uint8_t>(0, y)[x], 24) << "frame " << i;
      }
    }
  }
  for (size_t i = 0; i < 10; ++i) {
    ASSERT_GE(erased[i].frame.Row<uint8_t>(0, 30)[47], 26) << "frame " << i;
  }
}

TEST(ClassicalEraser, EndsOnAnythingWithARuleOfItsOwn) {
  const Mask whole(kWidth, kHeight, 255), none(kWidth, kHeight);
  Film film = Pan(kYuv420, 6, 2);

  film.masks.assign(6, whole);  // Nothing is known: the same in every frame.
  const std::vector<ErasedFrame> nothing = EraseFilm(film);
  ASSERT_EQ(nothing.size(), 6u);
  for (const ErasedFrame& e : nothing) {
    EXPECT_EQ(e.invented_share, 1);
    EXPECT_LT(e.confidence, 0.5);
    EXPECT_TRUE(SameSamples(e.frame, nothing[0].frame));
    for (int p = 0; p < 3; ++p) EXPECT_EQ(e.frame.Row<uint8_t>(p, 10)[10], 128);  // Grey.
  }

  film.masks.assign(6, none);
  const std::vector<ErasedFrame> all = EraseFilm(film);
  for (size_t i = 0; i < 6; ++i) EXPECT_TRUE(SameSamples(all[i].frame, film.frames[i]));

  film.masks[3] = whole;  // The frames around show it.
  EXPECT_GT(EraseFilm(film)[3].seen_share, 0.5);

  Film one{{film.frames[0]}, {Box(40, 22, 14, 18)}};
  const std::vector<ErasedFrame> alone = EraseFilm(one);
  ASSERT_EQ(alone.size(), 1u);
  EXPECT_EQ(alone[0].invented_share, 1);

  EXPECT_TRUE(EraseFilm({}).empty());
}

TEST(ClassicalEraser, LooksLessFarWithLittleMemory) {
  const Film truth = Pan(kYuv420, 30, 2);

  const std::vector<ErasedFrame> erased = EraseFilm(Hide(truth, 1), {.memory_bytes = 1});

  ASSERT_EQ(erased.size(), 30u);
  for (size_t i = 0; i < 30; ++i) EXPECT_EQ(erased[i].frame.index, static_cast<int>(i));
}

TEST(ClassicalEraser, RefusesFramesAndMasksThatDoNotFit) {
  const auto eraser = MakeClassicalEraser({});
  const Film film = Pan(kYuv420, 1, 0);
  const auto refuses = [&](const Frame& frame, const Mask& mask) {
    try {
      eraser->Push(frame, mask, true);
    } catch (const Error& e) {
      return e.code() == Code::kInvalidArgument;
    }
    return false;
  };

  EXPECT_TRUE(refuses(film.frames[0], Mask(4, 4)));
  eraser->Push(film.frames[0], film.masks[0], true);
  EXPECT_TRUE(refuses(Frame::Allocate(kYuv420, 32, 32), Mask(32, 32)));
  EXPECT_TRUE(refuses(Pan(kGray, 1, 0).frames[0], film.masks[0]));
}

}  // namespace
}  // namespace tapmask
