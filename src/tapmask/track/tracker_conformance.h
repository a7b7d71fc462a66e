// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/core/mask.h"
#include "tapmask/track/tracker.h"

// What every Tracker must do, as a suite to be instantiated for each engine:
//
//   INSTANTIATE_TEST_SUITE_P(Classical, TrackerConformance,
//   ::testing::Values(TrackerUnderTest{...}));
//
// The films are made here: textured discs on a textured background under a pan, with exact truth.
namespace tapmask {

struct TrackerUnderTest {
  std::string name;
  std::function<std::unique_ptr<Tracker>(int threads)> make;
};

inline void PrintTo(const TrackerUnderTest& tracker, std::ostream* out) {
  *out << tracker.name;
}

namespace conformance {

// Smooth noise with details of about `cell` pixels, 0 to 1, fixed to the plane.
inline double Noise(double x, double y, uint32_t seed, double cell) {
  const auto lattice = [seed](int ix, int iy) {
    uint32_t h = seed * 0x9E3779B1u + static_cast<uint32_t>(ix) * 0x85EBCA77u +
                 static_cast<uint32_t>(iy) * 0xC2B2AE3Du;
    h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
    h = (h ^ (h >> 13)) * 0x297A2D39u;
    return ((h ^ (h >> 16)) & 0xFFFF) / 65535.0;
  };
  const int ix = static_cast<int>(std::floor(x / cell)),
            iy = static_cast<int>(std::floor(y / cell));
  const double fx = x / cell - ix, fy = y / cell - iy;
  return (lattice(ix, iy) * (1 - fx) + lattice(ix + 1, iy) * fx) * (1 - fy) +
         (lattice(ix, iy + 1) * (1 - fx) + lattice(ix + 1, iy + 1) * fx) * fy;
}

struct Disc {
  double x, y, radius;  // In the picture, in the first frame.
  double dx, dy;        // Pixels a frame, in the picture.
  double blue, green, red;
  uint32_t seed = 7;
};

struct Film {
  int width = 320;
  int height = 240;
  double pan = 1.5;  // Pixels a frame.
  uint32_t scene = 1;
  std::vector<Disc> discs;  // Later ones in front.

  BgrImage Image(int frame) const {
    std::vector<uint8_t> samples;
    samples.reserve(static_cast<size_t>(width) * static_cast<size_t>(height) * 3);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const double wx = x + pan * frame;
        const double base = 30 + 120 * Noise(wx, y, scene, 23) + 40 * Noise(wx, y, scene + 50, 6);
        double b = base * 0.8, g = base, r = base * 0.7 + 20 * Noise(wx, y, scene + 90, 40);
        if (const Disc* disc = FrontDisc(x, y, frame)) {
          const double ox = x - disc->x - disc->dx * frame, oy = y - disc->y - disc->dy * frame;
          const double t = 0.6 + 0.5 * Noise(ox, oy, disc->seed, 7);
          b = disc->blue * t, g = disc->green * t, r = disc->red * t;
        }
        for (double v : {b, g, r}) {
          samples.push_back(static_cast<uint8_t>(std::clamp(std::lround(v), 0L, 255L)));
        }
      }
    }
    return BgrImage(width, height, std::move(samples));
  }

  AnalysisFrame Frame(int frame) const { return {frame, frame / 25.0, Image(frame)}; }

  Mask Truth(int frame, size_t disc = 0) const {
    Mask mask(width, height);
    for (int y = 0; y < height; ++y) {
      uint8_t* row = mask.MutableRow(y);
      for (int x = 0; x < width; ++x) {
        row[x] = FrontDisc(x, y, frame) == &discs[disc] ? 255 : 0;
      }
    }
    return mask;
  }

 private:
  const Disc* FrontDisc(int x, int y, int frame) const {
    const Disc* front = nullptr;
    for (const Disc& d : discs) {
      const double ox = x - d.x - d.dx * frame, oy = y - d.y - d.dy * frame;
      if (ox * ox + oy * oy <= d.radius * d.radius) front = &d;
    }
    return front;
  }
};

inline Disc RedDisc() {
  return {70, 100, 30, 4, 1.5, 60, 70, 230};
}
inline Disc BlueDisc() {
  return {240, 150, 26, -3, -1, 230, 110, 40, 9};
}

inline const Observation& Of(const std::vector<Observation>& seen, int object) {
  const auto found = std::find_if(seen.begin(), seen.end(),
                                  [&](const Observation& o) { return o.object == object; });
  if (found == seen.end()) throw Error(Code::kInternal, "The tracker forgot an object.");
  return *found;
}

}  // namespace conformance

class TrackerConformance : public ::testing::TestWithParam<TrackerUnderTest> {
 protected:
  std::unique_ptr<Tracker> Make(int threads = 1) const { return GetParam().make(threads); }

  // All masks of object 1 from frame `first` on in steps of `step`, given the true first mask.
  std::vector<Observation> Follow(const conformance::Film& film, int first, int frames,
                                  int step = 1, int threads = 1) const {
    const auto tracker = Make(threads);
    tracker->Next(film.Frame(first));
    tracker->SetMask(1, film.Truth(first));
    std::vector<Observation> out;
    for (int i = 1; i <= frames; ++i) {
      out.push_back(conformance::Of(tracker->Next(film.Frame(first + i * step)), 1));
    }
    return out;
  }
};

TEST_P(TrackerConformance, FollowsAMovingDiscOnAPanningBackground) {
  const conformance::Film film{.discs = {conformance::RedDisc()}};

  const std::vector<Observation> seen = Follow(film, 0, 20);

  for (int i = 0; i < 20; ++i) {
    const Observation& o = seen[static_cast<size_t>(i)];
    EXPECT_GT(IntersectionOverUnion(o.mask, film.Truth(i + 1)), 0.8) << "frame " << i + 1;
    EXPECT_GT(o.confidence, 0.5) << "frame " << i + 1;
    EXPECT_LT(o.absent_probability, 0.5) << "frame " << i + 1;
  }
}

TEST_P(TrackerConformance, WorksOnFramesInReverseOrder) {
  const conformance::Film film{.discs = {conformance::RedDisc()}};

  const std::vector<Observation> seen = Follow(film, 20, 20, -1);

  for (int i = 0; i < 20; ++i) {
    EXPECT_GT(IntersectionOverUnion(seen[static_cast<size_t>(i)].mask, film.Truth(19 - i)), 0.8)
        << "frame " << 19 - i;
  }
}

TEST_P(TrackerConformance, FollowsTwoObjectsInOnePassAsItWouldEachAlone) {
  const conformance::Film film{.discs = {conformance::RedDisc(), conformance::BlueDisc()}};
  const auto both = Make(), second = Make();
  for (const auto& tracker : {both.get(), second.get()}) tracker->Next(film.Frame(0));
  both->SetMask(2, film.Truth(0, 1));  // Numbers need not come in order.
  both->SetMask(1, film.Truth(0, 0));
  second->SetMask(2, film.Truth(0, 1));

  const std::vector<Observation> first_alone = Follow(film, 0, 8);
  for (int i = 1; i <= 8; ++i) {
    const auto seen = both->Next(film.Frame(i));
    ASSERT_EQ(seen.size(), 2u);
    EXPECT_EQ(seen[0].object, 1);
    EXPECT_EQ(seen[1].object, 2);
    EXPECT_GT(IntersectionOverUnion(seen[0].mask, first_alone[static_cast<size_t>(i - 1)].mask),
              0.95);
    EXPECT_GT(IntersectionOverUnion(seen[1].mask, second->Next(film.Frame(i))[0].mask), 0.95);
    EXPECT_GT(IntersectionOverUnion(seen[1].mask, film.Truth(i, 1)), 0.8);
  }
}

TEST_P(TrackerConformance, GivesTheSameForTheSameInputAndAnyNumberOfThreads) {
  const conformance::Film film{.discs = {conformance::RedDisc()}};

  const auto once = Follow(film, 0, 6), again = Follow(film, 0, 6);
  const auto threads = Follow(film, 0, 6, 1, 2);

  for (size_t i = 0; i < once.size(); ++i) {
    EXPECT_EQ(once[i].mask, again[i].mask);
    EXPECT_EQ(once[i].mask, threads[i].mask);
    EXPECT_EQ(once[i].confidence, threads[i].confidence);
    EXPECT_EQ(once[i].absent_probability, threads[i].absent_probability);
  }
}

// The film is cut in the middle; a guess may be right, wrong or of another size.
TEST_P(TrackerConformance, GivesTheSameWhicheverFrameItIsToldWillFollow) {
  const conformance::Film film{.discs = {conformance::RedDisc(), conformance::BlueDisc()}};
  const conformance::Film other{.scene = 300, .discs = {conformance::BlueDisc()}};
  const conformance::Film larger{.width = 322, .height = 240, .discs = {}};
  const auto frame = [&](int i) { return i < 4 ? film.Frame(i) : other.Frame(i); };
  const auto follow = [&](int threads, const std::function<AnalysisFrame(int)>& guess) {
    const auto tracker = Make(threads);
    std::vector<Observation> out;
    for (int i = 0; i < 7; ++i) {
      const AnalysisFrame after = guess ? guess(i) : AnalysisFrame{};
      for (Observation& o : tracker->Next(frame(i), guess ? &after : nullptr)) {
        out.push_back(std::move(o));
      }
      out.emplace_back().confidence = tracker->AtCut() ? 1.0 : 0.0;
      if (i == 0) {
        tracker->SetMask(1, film.Truth(0, 0));
        tracker->SetMask(2, film.Truth(0, 1));
      }
    }
    return out;
  };

  const std::vector<Observation> plain = follow(1, nullptr);

  for (const int threads : {1, 3}) {
    for (const auto& guess : std::vector<std::function<AnalysisFrame(int)>>{
             [&](int i) { return frame(i + 1); }, [&](int i) { return frame(i % 2 ? i + 1 : 6); },
             [&](int) { return larger.Frame(0); }}) {
      const std::vector<Observation> seen = follow(threads, guess);
      ASSERT_EQ(seen.size(), plain.size());
      for (size_t i = 0; i < seen.size(); ++i) {
        EXPECT_EQ(seen[i].object, plain[i].object);
        EXPECT_EQ(seen[i].mask, plain[i].mask);
        EXPECT_EQ(seen[i].confidence, plain[i].confidence);
        EXPECT_EQ(seen[i].absent_probability, plain[i].absent_probability);
      }
    }
  }
}

// One object walks out of the picture, another is seen all the time and corrected once, a third is
// forgotten, and the film is cut. Each frame is looked at by a tracker that was made from what the
// one before had saved.
TEST_P(TrackerConformance, GoesOnAlikeFromWhateverFrameItWasSavedAt) {
  conformance::Film film{.discs = {conformance::RedDisc(), conformance::BlueDisc()}};
  film.discs[0].x = 270;
  film.discs[0].dx = 8;
  const conformance::Film other{.scene = 300, .discs = {conformance::BlueDisc()}};
  constexpr int kCut = 14, kFrames = 18;
  const auto frame = [&](int i) { return i < kCut ? film.Frame(i) : other.Frame(i); };
  const auto say = [&](Tracker& tracker, int i) {
    if (i == 1) {
      tracker.SetMask(1, film.Truth(i, 0));
      tracker.SetMask(2, film.Truth(i, 1));
      tracker.SetMask(3, film.Truth(i, 1));
    }
    if (i == 4) tracker.SetMask(2, film.Truth(i, 1));
    if (i == 5) tracker.Forget(3);
  };
  const auto undisturbed = Make();
  auto tracker = Make();
  for (int i = 0; i < kFrames; ++i) {
    StateArchive saving;
    tracker->Archive(saving);
    StateArchive restoring(saving.bytes());
    tracker = Make(1 + i % 2);
    tracker->Archive(restoring);
    EXPECT_TRUE(restoring.AtEnd());
    EXPECT_EQ(tracker->AtCut(), undisturbed->AtCut());

    const AnalysisFrame now = frame(i), after = frame(i + 1);
    const std::vector<Observation> expected = undisturbed->Next(now);
    const std::vector<Observation> seen = tracker->Next(now, &after);
    ASSERT_EQ(seen.size(), expected.size()) << "frame " << i;
    for (size_t o = 0; o < seen.size(); ++o) {
      EXPECT_EQ(seen[o].object, expected[o].object);
      EXPECT_EQ(seen[o].mask, expected[o].mask) << "frame " << i;
      EXPECT_EQ(seen[o].confidence, expected[o].confidence) << "frame " << i;
      EXPECT_EQ(seen[o].absent_probability, expected[o].absent_probability) << "frame " << i;
    }
    EXPECT_EQ(tracker->AtCut(), undisturbed->AtCut());
    say(*undisturbed, i);
    say(*tracker, i);
  }
}

TEST_P(TrackerConformance, RefusesWhatWasSavedOnlyInPart) {
  const conformance::Film film{.discs = {conformance::RedDisc()}};
  const auto tracker = Make();
  tracker->Next(film.Frame(0));
  tracker->SetMask(1, film.Truth(0));
  StateArchive saving;
  tracker->Archive(saving);
  const std::string& whole = saving.bytes();
  for (const size_t size : {size_t{0}, whole.size() / 7, whole.size() / 2, whole.size() - 1}) {
    StateArchive restoring(whole.substr(0, size));
    EXPECT_THROW(Make()->Archive(restoring), Error) << size;
  }
}

TEST_P(TrackerConformance, KnowsNoObjectsBeforeAMaskIsGiven) {
  const conformance::Film film{.discs = {conformance::RedDisc()}};
  const auto tracker = Make();

  EXPECT_TRUE(tracker->Next(film.Frame(0)).empty());
  EXPECT_TRUE(tracker->Next(film.Frame(1)).empty());
  EXPECT_FALSE(tracker->AtCut());
}

TEST_P(TrackerConformance, CanStartInTheMiddle) {
  const conformance::Film film{.discs = {conformance::RedDisc()}};
  const auto tracker = Make();
  for (int i = 0; i <= 5; ++i) tracker->Next(film.Frame(i));
  tracker->SetMask(1, film.Truth(5));

  const auto seen = tracker->Next(film.Frame(6));

  EXPECT_GT(IntersectionOverUnion(conformance::Of(seen, 1).mask, film.Truth(6)), 0.8);
}

TEST_P(TrackerConformance, FindsNothingAfterAnEmptyMask) {
  const conformance::Film film{.discs = {conformance::RedDisc()}};
  const auto tracker = Make();
  tracker->Next(film.Frame(0));
  tracker->SetMask(1, Mask(film.width, film.height));

  const auto seen = tracker->Next(film.Frame(1));

  ASSERT_EQ(seen.size(), 1u);
  EXPECT_TRUE(seen[0].mask.Empty());
  EXPECT_EQ(seen[0].mask.size(), (Size{film.width, film.height}));
  EXPECT_LT(seen[0].confidence, 0.25);
}

TEST_P(TrackerConformance, KeepsAMaskOfTheWholeFrame) {
  const conformance::Film film{.discs = {conformance::RedDisc()}};
  const auto tracker = Make();
  tracker->Next(film.Frame(0));
  tracker->SetMask(1, Mask(film.width, film.height, 255));

  for (int i = 1; i <= 3; ++i) {
    const auto seen = tracker->Next(film.Frame(i));
    EXPECT_GT(IntersectionOverUnion(seen[0].mask, Mask(film.width, film.height, 255)), 0.9);
    EXPECT_GT(seen[0].confidence, 0.25);
  }
}

TEST_P(TrackerConformance, FollowsAnObjectCutByTheBorder) {
  conformance::Film film{.discs = {conformance::RedDisc()}};
  film.discs[0].x = 8;
  film.discs[0].y = 225;
  film.discs[0].dx = 3;
  film.discs[0].dy = -1;

  const std::vector<Observation> seen = Follow(film, 0, 12);

  for (int i = 0; i < 12; ++i) {
    EXPECT_GT(IntersectionOverUnion(seen[static_cast<size_t>(i)].mask, film.Truth(i + 1)), 0.75)
        << "frame " << i + 1;
  }
}

TEST_P(TrackerConformance, FollowsAnObjectThatPassesBehindSomething) {
  conformance::Film film{.discs = {conformance::RedDisc()}};
  film.discs[0].dy = 0;
  film.discs.push_back({170, 100, 24, -film.pan, 0, 60, 160, 60, 11});  // Stands in the scene.

  const std::vector<Observation> seen = Follow(film, 0, 34);

  for (int i = 0; i < 34; ++i) {
    const Observation& o = seen[static_cast<size_t>(i)];
    EXPECT_GT(IntersectionOverUnion(o.mask, film.Truth(i + 1)), 0.7) << "frame " << i + 1;
    EXPECT_LT(o.absent_probability, 0.95) << "frame " << i + 1;
  }
}

TEST_P(TrackerConformance, SaysAbsentOnlyWhenTheObjectLeftThePicture) {
  conformance::Film film{.discs = {conformance::RedDisc()}};
  film.discs[0].x = 250;
  film.discs[0].dx = 8;
  film.discs[0].dy = 0;  // Its last pixels are gone from frame 13 on.

  const std::vector<Observation> seen = Follow(film, 0, 20);

  for (int i = 0; i < 20; ++i) {
    const Observation& o = seen[static_cast<size_t>(i)];
    const Mask truth = film.Truth(i + 1);
    if (!truth.Empty()) {
      EXPECT_LT(o.absent_probability, 0.95) << "frame " << i + 1;
    }
    if (i + 1 <= 8) {
      EXPECT_GT(IntersectionOverUnion(o.mask, truth), 0.7) << "frame " << i + 1;
    }
    if (i + 1 >= 15) {
      EXPECT_LT(o.mask.Area(), 200) << "frame " << i + 1;
    }
    if (i + 1 >= 15) {
      EXPECT_LT(o.confidence, 0.5) << "frame " << i + 1;
    }
  }
}

TEST_P(TrackerConformance, FindsTheObjectAgainAfterItWasHidden) {
  conformance::Film film{.discs = {conformance::RedDisc()}};
  conformance::Film hidden = film;
  hidden.discs.clear();
  const auto tracker = Make();
  tracker->Next(film.Frame(0));
  tracker->SetMask(1, film.Truth(0));
  for (int i = 1; i <= 5; ++i) tracker->Next(film.Frame(i));

  for (int i = 6; i <= 10; ++i) {
    const auto seen = tracker->Next(hidden.Frame(i));
    EXPECT_LT(seen[0].absent_probability, 0.95) << "frame " << i;  // Hidden is not gone.
    if (i >= 8) {
      EXPECT_LT(seen[0].confidence, 0.25) << "frame " << i;
    }
  }
  Observation last;
  for (int i = 11; i <= 14; ++i) last = tracker->Next(film.Frame(i))[0];

  EXPECT_GT(IntersectionOverUnion(last.mask, film.Truth(14)), 0.8);
}

TEST_P(TrackerConformance, ReportsACutAndDropsTheObjectThatIsNotInTheNewShot) {
  const conformance::Film film{.discs = {conformance::RedDisc()}};
  conformance::Film other{.scene = 300, .discs = {}};
  const auto tracker = Make();
  tracker->Next(film.Frame(0));
  tracker->SetMask(1, film.Truth(0));
  for (int i = 1; i <= 4; ++i) {
    tracker->Next(film.Frame(i));
    EXPECT_FALSE(tracker->AtCut());
  }

  auto seen = tracker->Next(other.Frame(5));

  EXPECT_TRUE(tracker->AtCut());
  EXPECT_TRUE(seen[0].mask.Empty() || seen[0].confidence < 0.25);
  seen = tracker->Next(other.Frame(6));
  EXPECT_FALSE(tracker->AtCut());
  EXPECT_TRUE(seen[0].mask.Empty() || seen[0].confidence < 0.25);
}

TEST_P(TrackerConformance, FindsTheObjectInANewShotThatShowsIt) {
  const conformance::Film film{.discs = {conformance::RedDisc()}};
  conformance::Film other{.scene = 300, .discs = {conformance::RedDisc()}};
  other.discs[0].x = 200;
  other.discs[0].y = 140;
  const auto tracker = Make();
  tracker->Next(film.Frame(0));
  tracker->SetMask(1, film.Truth(0));
  for (int i = 1; i <= 4; ++i) tracker->Next(film.Frame(i));

  Observation last;
  bool cut = false;
  for (int i = 5; i <= 8; ++i) {
    last = tracker->Next(other.Frame(i))[0];
    cut = cut || tracker->AtCut();
  }

  EXPECT_TRUE(cut);
  EXPECT_GT(IntersectionOverUnion(last.mask, other.Truth(8)), 0.7);
}

TEST_P(TrackerConformance, TakesACorrectionOfAKnownObject) {
  const conformance::Film film{.discs = {conformance::RedDisc(), conformance::BlueDisc()}};
  const auto tracker = Make();
  tracker->Next(film.Frame(0));
  tracker->SetMask(1, film.Truth(0, 0));
  for (int i = 1; i <= 3; ++i) tracker->Next(film.Frame(i));
  tracker->SetMask(1, film.Truth(3, 1));  // The user meant the other disc.

  for (int i = 4; i <= 8; ++i) {
    const auto seen = tracker->Next(film.Frame(i));
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_GT(IntersectionOverUnion(seen[0].mask, film.Truth(i, 1)), 0.75) << "frame " << i;
  }
}

TEST_P(TrackerConformance, WorksOnTheSmallestAndOnLongFrames) {
  for (const Size size : {Size{16, 16}, Size{16, 200}, Size{700, 24}}) {
    conformance::Film film{.width = size.width,
                           .height = size.height,
                           .pan = 0,
                           .discs = {{8, 8, 5, 0, 0, 60, 70, 230}}};

    const std::vector<Observation> seen = Follow(film, 0, 3);

    for (const Observation& o : seen) {
      EXPECT_EQ(o.mask.size(), size);
      EXPECT_GT(IntersectionOverUnion(o.mask, film.Truth(0)), 0.5)
          << size.width << "x" << size.height;
    }
  }
}

TEST_P(TrackerConformance, RefusesFramesAndMasksOfTheWrongSize) {
  const conformance::Film film{.discs = {conformance::RedDisc()}};
  const auto refuses = [](const auto& call) {
    try {
      call();
    } catch (const Error& e) {
      return e.code() == Code::kInvalidArgument;
    }
    return false;
  };
  const auto tracker = Make();
  conformance::Film tiny{.width = 15, .height = 40, .discs = {}};
  EXPECT_TRUE(refuses([&] { tracker->SetMask(1, film.Truth(0)); })) << "No frame yet.";
  EXPECT_TRUE(refuses([&] { tracker->Next(tiny.Frame(0)); }));
  EXPECT_TRUE(refuses([&] { tracker->Next(AnalysisFrame{}); }));
  tracker->Next(film.Frame(0));

  conformance::Film larger{.width = 322, .height = 240, .discs = {}};
  EXPECT_TRUE(refuses([&] { tracker->Next(larger.Frame(1)); }));
  EXPECT_TRUE(refuses([&] { tracker->SetMask(1, Mask(20, 20)); }));

  tracker->SetMask(1, film.Truth(0));  // What was refused did no harm.
  EXPECT_GT(IntersectionOverUnion(tracker->Next(film.Frame(1))[0].mask, film.Truth(1)), 0.8);
}

}  // namespace tapmask
