// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/segmenter_conformance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "tapmask/core/error.h"
#include "tapmask/track/synthetic_scene.h"

namespace tapmask {

void SegmenterConformance::SetUp() {
  segmenter_ = Make();
  if (!segmenter_) GTEST_SKIP() << GetParam().name << " cannot run here";
}

namespace {

using Points = std::vector<ImagePoint>;
using Neighbours = std::vector<AnalysisFrame>;

bool SameAnswers(const std::vector<MaskCandidate>& a, const std::vector<MaskCandidate>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const MaskCandidate& x, const MaskCandidate& y) {
                      return x.mask == y.mask && x.confidence == y.confidence && x.scale == y.scale;
                    });
}

bool Holds(const Mask& mask, const ImagePoint& point) {
  const int x = std::min(static_cast<int>(point.in_image.x), mask.width() - 1);
  const int y = std::min(static_cast<int>(point.in_image.y), mask.height() - 1);
  return mask.At(x, y) == point.is_object;
}

// The disc with neighbours in which it moves and the background stands.
Neighbours MovingDisc(const DiscScene& scene, std::span<const int> offsets) {
  Neighbours neighbours;
  for (const int offset : offsets) {
    DiscScene moved = scene;
    moved.x += 2.0 * offset;
    neighbours.push_back(moved.Frame(10 + offset));
  }
  return neighbours;
}

// A disc whose right half has another colour.
AnalysisFrame TwoColouredDisc() {
  const Shape disc = DiscAt(160, 120, 50);
  return {10, 0, Paint({320, 240}, [&](int x, int y) {
            if (!disc(x + 0.5, y + 0.5)) return Texture({80, 140, 90}, 45, 5, 1, x, y);
            return x < 160 ? Texture({60, 70, 190}, 20, 6, 2, x, y)
                           : Texture({190, 90, 60}, 20, 6, 3, x, y);
          })};
}

TEST_P(SegmenterConformance, FindsADiscOnATexturedBackground) {
  const DiscScene scene;

  const auto answers = segmenter_->Segment(scene.Frame(), {}, Points{{{160, 120}, true}});

  EXPECT_GT(IntersectionOverUnion(answers.front().mask, scene.Truth()), 0.8);
  EXPECT_GT(answers.front().confidence, 0.5);
}

TEST_P(SegmenterConformance, FindsAMovingDisc) {
  const DiscScene scene;

  const auto answers = segmenter_->Segment(
      scene.Frame(), MovingDisc(scene, segmenter_->NeighbourOffsets()), Points{{{160, 120}, true}});

  EXPECT_GT(IntersectionOverUnion(answers.front().mask, scene.Truth()), 0.8);
}

TEST_P(SegmenterConformance, FindsAThingOfTwentyPixels) {
  const DiscScene scene{.size = {854, 480}, .x = 300, .y = 200, .radius = 10};

  const auto answers = segmenter_->Segment(scene.Frame(), {}, Points{{{300, 200}, true}});

  EXPECT_GT(IntersectionOverUnion(answers.front().mask, scene.Truth()), 0.6);
}

TEST_P(SegmenterConformance, FindsADiscThatTheFrameCutsOff) {
  const DiscScene scene{.x = 318, .y = 235, .radius = 60};

  const auto answers = segmenter_->Segment(scene.Frame(), {}, Points{{{305, 225}, true}});

  EXPECT_GT(IntersectionOverUnion(answers.front().mask, scene.Truth()), 0.8);
}

TEST_P(SegmenterConformance, TakesPointsOnTheFramesBorder) {
  const DiscScene scene;
  for (const Point2f at :
       {Point2f{0, 0}, Point2f{320, 240}, Point2f{319.9, 0}, Point2f{0, 239.5}}) {
    const ImagePoint point{at, true};

    const auto answers = segmenter_->Segment(scene.Frame(), {}, Points{point});

    for (const MaskCandidate& answer : answers) EXPECT_TRUE(Holds(answer.mask, point));
  }
}

TEST_P(SegmenterConformance, TakesAwayWhatANotThisPointIsOn) {
  const AnalysisFrame frame = TwoColouredDisc();
  const ImagePoint left{{135, 120}, true}, right{{185, 120}, true};
  const ImagePoint not_right{{185, 120}, false};
  const auto both = segmenter_->Segment(frame, {}, Points{left, right});

  const auto answers = segmenter_->Segment(frame, {}, Points{left, not_right});

  const Mask left_half =
      MaskOf({320, 240}, [](double x, double y) { return x < 160 && DiscAt(160, 120, 50)(x, y); });
  EXPECT_LT(answers.front().mask.Area(), both.front().mask.Area());
  EXPECT_GT(IntersectionOverUnion(answers.front().mask, left_half), 0.7);
}

TEST_P(SegmenterConformance, AddsWhatAFurtherPointIsOn) {
  const AnalysisFrame frame = TwoColouredDisc();

  const auto answers =
      segmenter_->Segment(frame, {}, Points{{{135, 120}, true}, {{185, 120}, true}});

  const Mask disc = MaskOf({320, 240}, DiscAt(160, 120, 50));
  EXPECT_GT(IntersectionOverUnion(answers.front().mask, disc), 0.8);
}

TEST_P(SegmenterConformance, KeepsEveryPointOnItsSide) {
  const DiscScene scene{.size = {160, 120}, .x = 80, .y = 60, .radius = 25};
  uint32_t state = 1;
  const auto next = [&](double limit) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) / 16777216.0 * limit;
  };
  for (int round = 0; round < 8; ++round) {
    Points points{{{next(160), next(120)}, true}};
    for (int i = 0; i < 5; ++i) {
      points.push_back({{std::floor(next(160)) + 0.5, std::floor(next(120)) + 0.5}, next(2) < 1});
    }

    const auto answers = segmenter_->Segment(scene.Frame(), {}, points);

    for (const MaskCandidate& answer : answers) {
      for (size_t i = 0; i < points.size(); ++i) {
        EXPECT_TRUE(Holds(answer.mask, points[i])) << "round " << round << ", point " << i;
      }
    }
  }
}

TEST_P(SegmenterConformance, LetsTheLaterOfTwoContradictingPointsHold) {
  const DiscScene scene;
  const ImagePoint in{{165.5, 120.5}, true}, out{{165.5, 120.5}, false};

  const auto answers = segmenter_->Segment(scene.Frame(), {}, Points{{{150, 120}, true}, in, out});

  EXPECT_TRUE(Holds(answers.front().mask, out));
}

TEST_P(SegmenterConformance, AnswersTheSameWhateverWasAskedBefore) {
  const DiscScene scene, other{.x = 100, .y = 100, .radius = 30};
  const Neighbours neighbours = MovingDisc(scene, segmenter_->NeighbourOffsets());
  const ImagePoint tap{{160, 120}, true}, more{{190, 120}, true}, less{{60, 60}, false};
  const auto expected = Make()->Segment(scene.Frame(), neighbours, Points{tap, more});

  segmenter_->Segment(scene.Frame(), neighbours, Points{tap});
  segmenter_->Segment(scene.Frame(), neighbours, Points{tap, less});
  EXPECT_TRUE(
      SameAnswers(segmenter_->Segment(scene.Frame(), neighbours, Points{tap, more}), expected));
  segmenter_->Segment(scene.Frame(), {}, Points{tap, more});
  EXPECT_TRUE(
      SameAnswers(segmenter_->Segment(scene.Frame(), neighbours, Points{tap, more}), expected));
  segmenter_->Segment(other.Frame(), neighbours, Points{tap, more});
  EXPECT_TRUE(
      SameAnswers(segmenter_->Segment(scene.Frame(), neighbours, Points{tap, more}), expected));
}

TEST_P(SegmenterConformance, AnswersTheSameOnAnyNumberOfThreads) {
  const DiscScene scene;
  const Neighbours neighbours = MovingDisc(scene, segmenter_->NeighbourOffsets());
  const Points points{{{160, 120}, true}, {{185, 130}, true}, {{150, 100}, false}};

  const auto alone = segmenter_->Segment(scene.Frame(), neighbours, points);
  for (const int threads : {2, 5}) {
    EXPECT_TRUE(SameAnswers(Make(threads)->Segment(scene.Frame(), neighbours, points), alone));
  }
}

TEST_P(SegmenterConformance, GivesOneToFourAnswersBestFirst) {
  const DiscScene scene;

  const auto answers = segmenter_->Segment(scene.Frame(), {}, Points{{{150, 110}, true}});

  ASSERT_GE(answers.size(), 1u);
  ASSERT_LE(answers.size(), 4u);
  for (size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].mask.size(), scene.size);
    EXPECT_GE(answers[i].confidence, 0.0);
    EXPECT_LE(answers[i].confidence, i > 0 ? answers[i - 1].confidence : 1.0);
    for (size_t j = 0; j < i; ++j) EXPECT_FALSE(answers[i].mask == answers[j].mask);
  }
}

TEST_P(SegmenterConformance, CallsLargerAlternativesGroupsAndSmallerOnesParts) {
  const auto answers = segmenter_->Segment(TwoColouredDisc(), {}, Points{{{135, 120}, true}});

  const int64_t area = answers.front().mask.Area();
  for (size_t i = 1; i < answers.size(); ++i) {
    switch (answers[i].scale) {
      case CandidateScale::kPart: EXPECT_LT(answers[i].mask.Area(), area); break;
      case CandidateScale::kGroup: EXPECT_GT(answers[i].mask.Area(), area); break;
      case CandidateScale::kObject: break;
    }
  }
}

TEST_P(SegmenterConformance, IsModestAndUnsureInAPictureWithoutAnything) {
  const AnalysisFrame frame{0, 0, Paint({320, 240}, [](int, int) { return Colour{90, 90, 90}; })};
  const ImagePoint tap{{100, 100}, true};

  const auto answers = segmenter_->Segment(frame, {}, Points{tap});

  const Mask& mask = answers.front().mask;
  EXPECT_LT(answers.front().confidence, 0.5);
  EXPECT_LT(static_cast<double>(mask.Area()), 0.25 * 320 * 240);
  EXPECT_TRUE(Holds(mask, tap));
}

// The left half of the disc was taken, and a piece of background beside it.
TEST_P(SegmenterConformance, CorrectsWhatWasTakenBefore) {
  const DiscScene scene;
  const Mask before = [&] {
    Mask half = scene.Truth();
    for (int y = 0; y < half.height(); ++y) {
      for (int x = 160; x < half.width(); ++x) half.MutableRow(y)[x] = 0;
    }
    FillRect(half, {60, 100, 40, 40});
    return half;
  }();
  const ImagePoint more{{185, 120}, true}, less{{75, 120}, false};

  const Mask answer =
      segmenter_->Refine(scene.Frame(), {}, before, Points{more, less}).front().mask;

  EXPECT_TRUE(Holds(answer, more) && Holds(answer, less));
  EXPECT_GT(IntersectionOverUnion(answer, scene.Truth()),
            IntersectionOverUnion(before, scene.Truth()) + 0.2);
}

TEST_P(SegmenterConformance, LeavesWhatNoPointAsksToChange) {
  const DiscScene scene;
  Mask odd = scene.Truth();  // In a way that no segmenter would find.
  FillRect(odd, {20, 20, 31, 17});
  const ImagePoint inside{{160, 120}, true}, outside{{280, 30}, false};

  const auto answers = segmenter_->Refine(scene.Frame(), {}, odd, Points{inside, outside});

  EXPECT_TRUE(answers.front().mask == odd);
  const auto again = segmenter_->Refine(scene.Frame(), {}, odd, Points{inside, outside});
  EXPECT_TRUE(SameAnswers(answers, again));
}

TEST_P(SegmenterConformance, RefinesBySayingNotThisAlone) {
  const DiscScene scene;
  Mask too_much = scene.Truth();
  FillRect(too_much, {20, 20, 40, 40});
  const ImagePoint less{{40, 40}, false};

  const Mask answer = segmenter_->Refine(scene.Frame(), {}, too_much, Points{less}).front().mask;

  EXPECT_TRUE(Holds(answer, less));
  EXPECT_EQ(IntersectionOverUnion(Union(answer, scene.Truth()), answer), 1);
}

TEST_P(SegmenterConformance, RefinesTheTiniestAndTheWholeFrame) {
  const DiscScene scene;
  Mask speck(320, 240);
  FillRect(speck, {160, 120, 1, 1});
  for (const Mask& before : {speck, Mask(320, 240, 255)}) {
    for (const ImagePoint point : {ImagePoint{{160.5, 120.5}, true}, ImagePoint{{10, 10}, true},
                                   ImagePoint{{160.5, 120.5}, false}}) {
      const auto answers = segmenter_->Refine(scene.Frame(), {}, before, Points{point});
      EXPECT_TRUE(Holds(answers.front().mask, point));
    }
  }
}

TEST_P(SegmenterConformance, RefusesToRefineNothing) {
  const DiscScene scene;
  const ImagePoint point{{160, 120}, true};

  EXPECT_THROW(segmenter_->Refine(scene.Frame(), {}, Mask(320, 240), Points{point}), Error);
  EXPECT_THROW(segmenter_->Refine(scene.Frame(), {}, Mask(32, 24, 255), Points{point}), Error);
  EXPECT_THROW(segmenter_->Refine(scene.Frame(), {}, scene.Truth(), Points{}), Error);
}

TEST_P(SegmenterConformance, WorksOnTinyAndOddFrames) {
  for (const Size size : {Size{16, 16}, Size{16, 301}, Size{33, 17}, Size{700, 16}}) {
    const DiscScene scene{.size = size, .x = 8, .y = 8, .radius = 4};
    Neighbours neighbours{scene.Frame(9), scene.Frame(11)};

    const auto answers = segmenter_->Segment(
        scene.Frame(), neighbours, Points{{{8, 8}, true}, {{1, 1}, false}, {{14, 14}, true}});

    EXPECT_EQ(answers.front().mask.size(), size);
    EXPECT_TRUE(Holds(answers.front().mask, {{8, 8}, true}));
    EXPECT_TRUE(Holds(answers.front().mask, {{1, 1}, false}));
    EXPECT_TRUE(Holds(answers.front().mask, {{14, 14}, true}));
  }
}

TEST_P(SegmenterConformance, RefusesWhatItDoesNotPromise) {
  const DiscScene scene;
  const ImagePoint tap{{160, 120}, true};
  const auto refuses = [&](const AnalysisFrame& frame, const Neighbours& neighbours,
                           const Points& points) {
    try {
      segmenter_->Segment(frame, neighbours, points);
    } catch (const Error& e) {
      return e.code() == Code::kInvalidArgument;
    }
    return false;
  };
  const DiscScene small{.size = {15, 100}}, other_size{.size = {100, 100}};
  const double nan = std::numeric_limits<double>::quiet_NaN();

  EXPECT_TRUE(refuses(scene.Frame(), {}, {}));
  EXPECT_TRUE(refuses(scene.Frame(), {}, {{{160, 120}, false}}));
  EXPECT_TRUE(refuses(scene.Frame(), {}, {tap, {{-1, 5}, true}}));
  EXPECT_TRUE(refuses(scene.Frame(), {}, {tap, {{nan, 5}, false}}));
  EXPECT_TRUE(refuses(scene.Frame(), {}, {tap, {{5, 240.5}, false}}));
  EXPECT_TRUE(refuses(small.Frame(), {}, {{{5, 5}, true}}));
  EXPECT_TRUE(refuses(scene.Frame(), {other_size.Frame(9)}, {tap}));
  EXPECT_TRUE(refuses(scene.Frame(10), {scene.Frame(10)}, {tap}));
  EXPECT_TRUE(refuses(scene.Frame(10), {scene.Frame(11), scene.Frame(9)}, {tap}));
}

}  // namespace
}  // namespace tapmask
