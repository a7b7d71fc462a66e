// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/classical_segmenter.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/track/segmenter_conformance.h"
#include "tapmask/track/synthetic_scene.h"

namespace tapmask {

INSTANTIATE_TEST_SUITE_P(
    Classical, SegmenterConformance,
    testing::Values(SegmenterMaker{
        "Classical", [](int threads) { return MakeClassicalSegmenter({.threads = threads}); }}),
    NameOfMaker);

namespace {

// A disc that looks like its background and moves over it.
AnalysisFrame CamouflagedDisc(int64_t index) {
  const double x = 160 + 3.0 * static_cast<double>(index - 10);
  const Shape disc = DiscAt(x, 120, 45);
  return {index, 0, Paint({320, 240}, [&](int px, int py) {
            const bool inside = disc(px + 0.5, py + 0.5);
            return Texture({90, 120, 110}, 60, 4, inside ? 8 : 9, inside ? px - x : px, py);
          })};
}

TEST(ClassicalSegmenter, FindsByMotionWhatNoColourShows) {
  const auto segmenter = MakeClassicalSegmenter({});
  std::vector<AnalysisFrame> neighbours;
  for (const int offset : segmenter->NeighbourOffsets()) {
    neighbours.push_back(CamouflagedDisc(10 + offset));
  }

  const auto answers = segmenter->Segment(CamouflagedDisc(10), neighbours,
                                          std::vector<ImagePoint>{{{160, 120}, true}});

  EXPECT_GT(IntersectionOverUnion(answers.front().mask, MaskOf({320, 240}, DiscAt(160, 120, 45))),
            0.8);
}

TEST(ClassicalSegmenter, ChangesNothingWhenAPointIsAlreadyOnItsSide) {
  const auto segmenter = MakeClassicalSegmenter({});
  const DiscScene scene;
  const ImagePoint tap{{160, 120}, true};
  const auto before = segmenter->Segment(scene.Frame(), {}, std::vector{tap});

  const auto after = segmenter->Segment(scene.Frame(), {},
                                        std::vector{tap, {{170, 110}, true}, {{20, 20}, false}});

  EXPECT_EQ(after.front().mask, before.front().mask);
}

TEST(ClassicalSegmenter, RefusesToRunOnNoThread) {
  EXPECT_THROW(MakeClassicalSegmenter({.threads = 0}), Error);
}

}  // namespace
}  // namespace tapmask
