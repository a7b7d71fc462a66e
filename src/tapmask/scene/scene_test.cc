// SPDX-License-Identifier: Apache-2.0
#include "tapmask/scene/scene.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

SceneOptions Small() {
  SceneOptions options;
  options.width = 320;
  options.height = 180;
  return options;
}

int Difference(const BgrImage& a, const BgrImage& b, int x, int y) {
  int most = 0;
  for (int c = 0; c < 3; ++c) {
    most = std::max(most, std::abs(a.Row(y)[3 * x + c] - b.Row(y)[3 * x + c]));
  }
  return most;
}

Mask Grown(const Mask& mask, int margin) {
  Mask out(mask.width(), mask.height());
  for (int y = 0; y < mask.height(); ++y) {
    for (int x = 0; x < mask.width(); ++x) {
      if (!mask.At(x, y)) continue;
      FillRect(out, {x - margin, y - margin, 2 * margin + 1, 2 * margin + 1});
    }
  }
  return out;
}

// FNV-1a of what a frame is made of.
uint64_t Fingerprint(const Scene::Rendered& rendered) {
  uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](const uint8_t* data, size_t count) {
    for (size_t i = 0; i < count; ++i) hash = (hash ^ data[i]) * 0x100000001b3;
  };
  const auto pixels = static_cast<size_t>(rendered.image.width() * rendered.image.height());
  add(rendered.image.data(), 3 * pixels);
  add(rendered.plate.data(), 3 * pixels);
  for (const Mask& object : rendered.objects) add(object.data(), pixels);
  return hash;
}

TEST(Scene, RendersAFrameTheSameWhateverWasAskedBefore) {
  SceneOptions options = Small();
  options.second_object = 1;
  const Scene first(options), second(options);
  first.Render(3);

  const Scene::Rendered a = first.Render(50), b = second.Render(50);

  EXPECT_TRUE(a.image.SameSamples(b.image));
  EXPECT_TRUE(a.plate.SameSamples(b.plate));
  EXPECT_EQ(a.objects[0], b.objects[0]);
  EXPECT_EQ(a.objects[1], b.objects[1]);
}

// Other builds and machines must make the same film. When the drawing is changed on purpose, put
// the new number here.
TEST(Scene, RendersTheSameBitsOnEveryMachine) {
  SceneOptions options;
  options.width = 160;
  options.height = 90;
  options.second_object = 1;

  EXPECT_EQ(Fingerprint(Scene(options).Render(60)), 1733346690824832894u);
}

TEST(Scene, LooksDifferentWithAnotherSeed) {
  SceneOptions options = Small();
  const Scene::Rendered a = Scene(options).Render(0);
  options.seed = 2;
  const Scene::Rendered b = Scene(options).Render(0);

  EXPECT_FALSE(a.plate.SameSamples(b.plate));
}

TEST(Scene, ShowsThePlateAwayFromObjectsAndTheirShadows) {
  SceneOptions options = Small();
  options.second_object = 1;
  const Scene scene(options);
  for (int frame : {0, 58, 72, 119}) {
    const Scene::Rendered rendered = scene.Render(frame);
    Mask touched = rendered.shadow;
    for (const Mask& object : rendered.objects) touched = Union(touched, Grown(object, 3));
    int64_t differing = 0;
    for (int y = 0; y < options.height; ++y) {
      for (int x = 0; x < options.width; ++x) {
        const bool differs = Difference(rendered.image, rendered.plate, x, y) > 0;
        ASSERT_FALSE(differs && !touched.At(x, y)) << frame << ": " << x << "," << y;
        differing += differs && rendered.objects[0].At(x, y);
      }
    }
    EXPECT_GT(differing, rendered.objects[0].Area() * 9 / 10) << frame;
  }
}

TEST(Scene, DarkensTheGroundInShadowsThatAreNotInTheMasks) {
  SceneOptions options = Small();
  options.noise = 0;
  const Scene::Rendered rendered = Scene(options).Render(20);
  const Mask figure_and_edge = Grown(rendered.objects[0], 2);
  int64_t darker = 0, brighter = 0;
  for (int y = 0; y < options.height; ++y) {
    for (int x = 0; x < options.width; ++x) {
      if (!rendered.shadow.At(x, y) || figure_and_edge.At(x, y)) continue;
      const int change = rendered.image.Row(y)[3 * x + 1] - rendered.plate.Row(y)[3 * x + 1];
      darker += change < 0;
      brighter += change > 0;
    }
  }

  EXPECT_GT(darker, 100);
  EXPECT_EQ(brighter, 0);
  EXPECT_TRUE(Subtract(rendered.shadow, rendered.objects[0]) == rendered.shadow);
}

TEST(Scene, TellsATruthOfASaneSizeThatMovesSmoothly) {
  const Scene scene(Small());
  const double pixels = 320.0 * 180;
  double last_middle = -1;
  for (int frame = 0; frame < 120; ++frame) {
    const Mask figure = scene.Render(frame).objects[0];
    const double share = static_cast<double>(figure.Area()) / pixels;
    EXPECT_GT(share, 0.012) << frame;
    EXPECT_LT(share, 0.035) << frame;
    const Rect box = figure.BoundingBox();
    const double middle = box.x + 0.5 * box.width;
    if (frame > 0) {
      EXPECT_LT(std::abs(middle - last_middle), 9) << frame;
    }
    last_middle = middle;
  }
}

TEST(Scene, ShowsEachObjectAtItsFirstPointInAnySize) {
  for (const Size& size : {Size{32, 32}, Size{64, 36}, Size{33, 47}, Size{180, 320}, Size{960, 540},
                           Size{1000, 100}, Size{100, 1000}, Size{2048, 32}, Size{32, 2048}}) {
    SceneOptions options;
    options.width = size.width;
    options.height = size.height;
    options.second_object = 1;
    const Scene scene(options);
    const Scene::Rendered rendered = scene.Render(0);

    ASSERT_EQ(rendered.image.size(), size);
    ASSERT_EQ(rendered.plate.size(), size);
    const Point2f point = scene.FirstPoint();
    EXPECT_TRUE(rendered.objects[0].At(static_cast<int>(point.x), static_cast<int>(point.y)))
        << size.width << "x" << size.height;
    if (size.height > 2 * size.width || size.width > 4 * size.height) continue;  // No room.
    const Point2f ball = scene.FirstPoint(2);
    EXPECT_TRUE(rendered.objects[1].At(static_cast<int>(ball.x), static_cast<int>(ball.y)))
        << size.width << "x" << size.height;
  }
}

TEST(Scene, RendersFullHd) {
  SceneOptions options;
  options.width = 1920;
  options.height = 1080;
  options.frames = 2;

  const Scene::Rendered rendered = Scene(options).Render(1);

  EXPECT_EQ(rendered.image.size(), (Size{1920, 1080}));
  EXPECT_GT(rendered.objects[0].Area(), 30000);
}

TEST(Scene, HidesTheFigureBehindThePostForAWhile) {
  SceneOptions options = Small();
  const Scene with_post(options);
  options.occluder = false;
  const Scene without(options);
  int frames_hidden = 0;
  for (int frame = 0; frame < 120; frame += 2) {
    const Mask seen = with_post.Render(frame).objects[0];
    const Mask whole = without.Render(frame).objects[0];
    EXPECT_TRUE(Subtract(seen, whole).Empty()) << frame;
    frames_hidden += seen.Area() < whole.Area() * 9 / 10;
  }

  EXPECT_GT(frames_hidden, 3);
  EXPECT_LT(frames_hidden, 30);
}

TEST(Scene, LetsTheBallHideTheFigureAndKeepsTheMasksApart) {
  SceneOptions options = Small();
  options.occluder = false;
  const Scene alone(options);
  options.second_object = 1;
  const Scene both(options);
  int64_t most_hidden = 0;
  for (int frame = 0; frame < 120; frame += 4) {
    const Scene::Rendered rendered = both.Render(frame);
    ASSERT_EQ(rendered.objects.size(), 2u);
    EXPECT_EQ(Subtract(rendered.objects[0], rendered.objects[1]), rendered.objects[0]) << frame;
    EXPECT_FALSE(rendered.objects[1].Empty()) << frame;
    const int64_t hidden = alone.Render(frame).objects[0].Area() - rendered.objects[0].Area();
    EXPECT_GE(hidden, 0);
    most_hidden = std::max(most_hidden, hidden);
  }

  EXPECT_GT(most_hidden, 20);
}

TEST(Scene, LetsTheFigureLeaveAndComeBack) {
  SceneOptions options = Small();
  options.leaves = true;
  const Scene scene(options);

  EXPECT_GT(scene.Render(0).objects[0].Area(), 500);
  for (int frame : {50, 60, 69}) {
    const Scene::Rendered rendered = scene.Render(frame);
    EXPECT_TRUE(rendered.objects[0].Empty()) << frame;
    EXPECT_TRUE(rendered.image.SameSamples(rendered.plate)) << frame;
  }
  EXPECT_GT(scene.Render(119).objects[0].Area(), 500);
}

TEST(Scene, CutsToAnotherPlaceWithoutAnybodyAndBack) {
  SceneOptions options = Small();
  options.cut_frame = 40;
  options.second_object = 1;
  const Scene scene(options);
  const auto change = [](const BgrImage& a, const BgrImage& b) {
    int64_t sum = 0;
    for (int y = 0; y < a.height(); ++y) {
      for (int x = 0; x < a.width(); ++x) sum += Difference(a, b, x, y);
    }
    return static_cast<double>(sum) / (a.width() * a.height());
  };

  for (int frame : {40, 79}) {
    const Scene::Rendered rendered = scene.Render(frame);
    EXPECT_TRUE(rendered.objects[0].Empty()) << frame;
    EXPECT_TRUE(rendered.objects[1].Empty()) << frame;
    EXPECT_TRUE(rendered.image.SameSamples(rendered.plate)) << frame;
  }
  for (int frame : {39, 80}) EXPECT_FALSE(scene.Render(frame).objects[0].Empty()) << frame;
  const double within = change(scene.Render(38).image, scene.Render(39).image);
  EXPECT_GT(change(scene.Render(39).image, scene.Render(40).image), 2 * within);
  EXPECT_GT(change(scene.Render(79).image, scene.Render(80).image), 2 * within);
}

TEST(Scene, StandsStillButForTheNoise) {
  SceneOptions options = Small();
  options.still = true;
  const Scene scene(options);
  options.noise = 0;
  const Scene quiet(options);

  const Scene::Rendered a = scene.Render(0), b = scene.Render(77);
  EXPECT_TRUE(quiet.Render(0).image.SameSamples(quiet.Render(77).image));
  EXPECT_EQ(a.objects[0], b.objects[0]);
  double squares = 0;
  int64_t count = 0;
  for (int y = 0; y < options.height; ++y) {
    for (int i = 0; i < 3 * options.width; ++i) {
      const int level = a.image.Row(y)[i], difference = level - b.image.Row(y)[i];
      EXPECT_LE(std::abs(difference), 2 * 3 * 2 + 1);  // Both ways, at most 3 deviations, rounding.
      if (level < 20 || level > 235) continue;         // Clipped.
      squares += difference * difference;
      ++count;
    }
  }
  const double deviation = std::sqrt(squares / static_cast<double>(count) / 2);
  EXPECT_NEAR(deviation, 2.0, 0.15);
}

TEST(Scene, DimsTheLightAndBringsItBack) {
  SceneOptions options = Small();
  options.pan_px = options.shake_px = options.noise = 0;
  options.zoom = 1;
  options.light_change = 0.5;
  const Scene scene(options);
  const auto level = [&](int frame) { return scene.Render(frame).plate.Row(20)[3 * 200]; };

  EXPECT_NEAR(level(60), level(0) / 2, 3);
  EXPECT_NEAR(level(119), level(0), 2);
}

TEST(Scene, RefusesOptionsOutsideTheirRanges) {
  const auto refuses = [](auto change) {
    SceneOptions options = Small();
    change(options);
    EXPECT_THROW(Scene{options}, Error);
  };
  refuses([](SceneOptions& o) { o.width = 31; });
  refuses([](SceneOptions& o) { o.height = 8193; });
  refuses([](SceneOptions& o) { o.frames = 0; });
  refuses([](SceneOptions& o) { o.frames_per_second = 0; });
  refuses([](SceneOptions& o) { o.zoom = 0; });
  refuses([](SceneOptions& o) { o.noise = -1; });
  refuses([](SceneOptions& o) { o.pan_px = std::nan(""); });
  refuses([](SceneOptions& o) { o.second_object = 2; });
  const Scene scene(Small());
  EXPECT_THROW(scene.Render(-1), Error);
  EXPECT_THROW(scene.Render(120), Error);
  EXPECT_THROW(scene.FirstPoint(2), Error);
}

TEST(YuvFromBgr, KeepsGreyLevelsWithinOne) {
  std::vector<uint8_t> bgr(2 * 256 * 3);
  for (size_t i = 0; i < bgr.size(); ++i) bgr[i] = static_cast<uint8_t>(i / 3);
  const Frame frame = YuvFromBgr(BgrImage(256, 2, bgr));

  for (int grey = 0; grey < 256; ++grey) {
    const double back = (frame.Row<uint8_t>(0, 1)[grey] - 16) * 255.0 / 219;
    EXPECT_NEAR(back, grey, 1);
    EXPECT_EQ(frame.Row<uint8_t>(1, 0)[grey / 2], 128);
    EXPECT_EQ(frame.Row<uint8_t>(2, 0)[grey / 2], 128);
  }
}

TEST(YuvFromBgr, GivesTheLevelsOfTheStandardForPureColours) {
  const auto expect = [](uint8_t b, uint8_t g, uint8_t r, int luma, int cb, int cr) {
    const std::vector<uint8_t> bgr{b, g, r, b, g, r, b, g, r, b, g, r};
    const Frame frame = YuvFromBgr(BgrImage(2, 2, bgr));
    EXPECT_EQ(frame.Row<uint8_t>(0, 0)[0], luma);
    EXPECT_EQ(frame.Row<uint8_t>(1, 0)[0], cb);
    EXPECT_EQ(frame.Row<uint8_t>(2, 0)[0], cr);
  };
  expect(0, 0, 255, 63, 102, 240);
  expect(0, 255, 0, 173, 42, 26);
  expect(255, 0, 0, 32, 240, 118);
  expect(255, 255, 255, 235, 128, 128);
}

TEST(YuvFromBgr, RefusesOddSides) {
  EXPECT_THROW(YuvFromBgr(BgrImage(3, 2, std::vector<uint8_t>(18))), Error);
  EXPECT_THROW(YuvFromBgr(BgrImage()), Error);
}

}  // namespace
}  // namespace tapmask
