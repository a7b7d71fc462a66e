// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/random_trees.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

// Pixels whose features are random but for number 3, which says what they are: above 120 object.
Samples Pixels(int count, uint64_t seed, double object_weight = 1) {
  Random random(seed);
  Samples samples;
  for (int i = 0; i < count; ++i) {
    const bool object = random.Below(2) == 1;
    uint8_t* f = samples.Add(object, object ? static_cast<float>(object_weight) : 1.0f);
    for (int k = 0; k < kFeatureStride; ++k) f[k] = static_cast<uint8_t>(random.Below(256));
    f[3] = static_cast<uint8_t>(object ? 121 + random.Below(135) : random.Below(121));
  }
  return samples;
}

std::vector<float> Ask(const Forest& forest, const Samples& samples) {
  std::vector<float> p(samples.size());
  forest.Evaluate(samples.features.data(), static_cast<int>(samples.size()), p.data());
  return p;
}

double ShareRight(const std::vector<float>& p, const Samples& samples) {
  int right = 0;
  for (size_t i = 0; i < p.size(); ++i) right += (p[i] > 0.5f) == (samples.is_object[i] != 0);
  return static_cast<double>(right) / static_cast<double>(p.size());
}

TEST(Forest, LearnsWhatTellsObjectFromBackground) {
  Random random(1);
  Forest forest;
  forest.Grow(24, Pixels(3000, 1), FeaturesToDraw(true, true), random);

  const Samples unseen = Pixels(1000, 2);

  EXPECT_GT(ShareRight(Ask(forest, unseen), unseen), 0.95);
}

TEST(Forest, AsksOnlyForFeaturesThatMayBeDrawn) {
  const std::vector<uint8_t> others{10, 11, 12, 13, 14};
  Random random(1);
  Forest forest;
  forest.Grow(24, Pixels(3000, 1), others, random);

  const Samples unseen = Pixels(1000, 2);

  EXPECT_LT(ShareRight(Ask(forest, unseen), unseen), 0.6);
}

TEST(Forest, CountsObjectAndBackgroundTheSameWhateverTheirWeight) {
  Random random(1);
  Forest forest;
  forest.Grow(24, Pixels(3000, 1, 50.0), std::vector<uint8_t>{10, 11}, random);

  const std::vector<float> p = Ask(forest, Pixels(1000, 2));
  double mean = 0;
  for (float v : p) mean += v / static_cast<double>(p.size());

  EXPECT_NEAR(mean, 0.5, 0.1);
}

TEST(Forest, GivesEachPixelTheSameAnswerAloneAndAmongOthers) {
  Random random(1);
  Forest forest;
  forest.Grow(24, Pixels(3000, 1), FeaturesToDraw(true, true), random);
  const Samples pixels = Pixels(203, 2);

  const std::vector<float> together = Ask(forest, pixels);

  for (size_t i = 0; i < pixels.size(); ++i) {
    float alone = 0;
    forest.Evaluate(&pixels.features[i * kFeatureStride], 1, &alone);
    EXPECT_FLOAT_EQ(alone, together[i]) << i;
  }
}

TEST(Forest, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const Samples samples = Pixels(1000, 1), unseen = Pixels(300, 2);
  const auto grow = [&](uint64_t seed) {
    Random random(seed);
    Forest forest;
    forest.Grow(6, samples, FeaturesToDraw(true, true), random);
    return Ask(forest, unseen);
  };

  EXPECT_EQ(grow(5), grow(5));
  EXPECT_NE(grow(5), grow(6));
}

TEST(Forest, KnowsNothingFromOneKindOfSamples) {
  Samples only_object;
  for (int i = 0; i < 100; ++i) only_object.Add(true, 1);
  Random random(1);
  Forest forest;

  forest.Grow(3, only_object, FeaturesToDraw(true, true), random);
  forest.Grow(3, Samples(), FeaturesToDraw(true, true), random);

  EXPECT_TRUE(forest.Empty());
  EXPECT_EQ(Ask(forest, Pixels(1, 1))[0], 0.5f);
}

TEST(Forest, DropsTheOldestTrees) {
  Random random(1);
  Forest forest;
  Samples opposite = Pixels(2000, 1);
  for (uint8_t& label : opposite.is_object) label = !label;
  forest.Grow(8, opposite, FeaturesToDraw(true, true), random);
  forest.Grow(8, Pixels(2000, 2), FeaturesToDraw(true, true), random);

  forest.DropOldestBeyond(8);

  const Samples unseen = Pixels(500, 3);
  EXPECT_EQ(forest.size(), 8u);
  EXPECT_GT(ShareRight(Ask(forest, unseen), unseen), 0.9);
}

TEST(FeaturesToDraw, LeavesOutWhatItIsTold) {
  const auto has = [](const std::vector<uint8_t>& draw, FeatureGroup group) {
    return std::any_of(draw.begin(), draw.end(), [&](uint8_t f) { return GroupOf(f) == group; });
  };

  EXPECT_TRUE(has(FeaturesToDraw(true, false), FeatureGroup::kPlace));
  EXPECT_FALSE(has(FeaturesToDraw(true, false), FeatureGroup::kMotion));
  EXPECT_FALSE(has(FeaturesToDraw(false, true), FeatureGroup::kPlace));
  EXPECT_TRUE(has(FeaturesToDraw(false, true), FeatureGroup::kMotion));
}

TEST(Random, StaysBelowItsBound) {
  Random random(3);
  std::vector<int> seen(5);
  for (int i = 0; i < 1000; ++i) ++seen[static_cast<size_t>(random.Below(5))];

  for (int n : seen) EXPECT_GT(n, 120);
}

}  // namespace
}  // namespace tapmask
