// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/candidate_score.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

#include "tapmask/track/classical/test_frames.h"
#include "tapmask/track/synthetic_scene.h"

namespace tapmask {
namespace {

class CandidateScore : public testing::Test {
 protected:
  const DiscScene scene_;
  const TapPicture picture_ = MakeTapPyramid(scene_.Frame(), {}, 1).full;
  const cv::Point tap_{160, 120};
  const cv::Mat disc_ = test::RegionOf(scene_.size, DiscAt(160, 120, 40));
  const cv::Mat too_small_ = test::RegionOf(scene_.size, DiscAt(160, 120, 25));
  const cv::Mat too_large_ = test::RegionOf(scene_.size, DiscAt(160, 120, 60));
  const cv::Mat half_ = test::RegionOf(
      scene_.size, [](double x, double y) { return x < 165 && DiscAt(160, 120, 40)(x, y); });
};

TEST_F(CandidateScore, LikesTheWholeThingBest) {
  const float whole = ScoreOf(LookAtCandidate(picture_, {}, disc_, tap_));

  for (const cv::Mat& wrong : {too_small_, too_large_, half_}) {
    EXPECT_GT(whole, ScoreOf(LookAtCandidate(picture_, {}, wrong, tap_)) + 0.1f);
  }
}

TEST_F(CandidateScore, LooksAtWhatItSays) {
  const CandidateLook whole = LookAtCandidate(picture_, {}, disc_, tap_);
  const CandidateLook small = LookAtCandidate(picture_, {}, too_small_, tap_);

  EXPECT_NEAR(whole.area, M_PI * 40 * 40 / (320 * 240), 0.002);
  EXPECT_GT(whole.strong_edge, 0.9f);
  EXPECT_LT(small.strong_edge, 0.3f);
  EXPECT_LT(whole.colour_overlap, 0.1f);
  EXPECT_GT(small.colour_overlap, 0.6f);
  EXPECT_EQ(whole.frame_border, 0.0f);
  EXPECT_GT(whole.tap_depth, 0.95f);
}

TEST_F(CandidateScore, ComparesWithWhatMoves) {
  const std::vector<MovingThing> moving{{disc_, disc_, disc_ | 255}};

  const auto match = [&](const cv::Mat& region) {
    return LookAtCandidate(picture_, moving, region, tap_).moving_match;
  };
  EXPECT_NEAR(match(disc_), 1, 1e-4);
  const float precision = 40.0f * 40 / (60 * 60);
  EXPECT_NEAR(match(too_large_), 2 * precision / (1 + precision), 0.01);
  EXPECT_LT(match(half_), 0.8f);
  EXPECT_EQ(LookAtCandidate(picture_, {}, disc_, tap_).moving_match, 0.5f);
}

TEST_F(CandidateScore, MustCoverTheMostThatWasSeenMoving) {
  const cv::Mat everywhere = disc_ | 255;
  const std::vector<MovingThing> moving{{disc_, disc_, everywhere}, {half_, half_, everywhere}};

  const auto match = [&](const cv::Mat& region) {
    return LookAtCandidate(picture_, moving, region, tap_).moving_match;
  };
  EXPECT_GT(match(disc_), match(half_));
}

TEST_F(CandidateScore, ChoosesWhatCoversMoreOfNearlyEqualOnes) {
  Ranking ranking;
  ranking.score = {0.52f, 0.50f};
  ranking.likelihood = {0.5f, 0.5f};
  ranking.overlap = {{1, 0.5f}, {0.5f, 1}};
  ranking.cover = {{1, 0.5f}, {1, 1}};  // The first is half of the second.

  EXPECT_EQ(Best(ranking), 1u);
  ranking.score[0] = 1;
  EXPECT_EQ(Best(ranking), 0u);
}

TEST_F(CandidateScore, FindsWhatMovesAtTheTap) {
  TapMotion motion;
  cv::Mat residual(disc_.size(), CV_32FC2, cv::Scalar(0, 0));
  residual.setTo(cv::Scalar(3, 0), disc_);
  motion.gaps.push_back({residual, disc_ | 255, 1.0f});

  const std::vector<MovingThing> moving = WhatMovesAt(tap_, motion);

  ASSERT_EQ(moving.size(), 1u);
  EXPECT_NEAR(cv::countNonZero(moving[0].region), M_PI * 40 * 40, 60);
  EXPECT_NEAR(cv::countNonZero(moving[0].core), M_PI * 37 * 37, 120);
  EXPECT_TRUE(WhatMovesAt({10, 10}, motion).empty());
}

TEST_F(CandidateScore, CountsTheFramesBorderApart) {
  const cv::Mat strip = test::RegionOf(scene_.size, [](double, double y) { return y < 20; });

  const CandidateLook look = LookAtCandidate(picture_, {}, strip, {160, 5});

  EXPECT_GT(look.frame_border, 0.5f);
}

TEST_F(CandidateScore, RanksAndOffersDifferentThings) {
  const std::vector<cv::Mat> regions{too_small_, disc_, too_large_, half_,
                                     test::RegionOf(scene_.size, DiscAt(160, 120, 40.5))};

  const Ranking ranking = Rank(picture_, regions, tap_, 2);

  const size_t best = Best(ranking);
  EXPECT_TRUE(best == 1 || best == 4);
  const auto more = Alternatives(ranking, best, 3);
  EXPECT_LE(more.size(), 3u);
  for (const size_t i : more) EXPECT_LT(ranking.overlap[i][best], 0.9f);
  EXPECT_GT(ConfidenceOf(ranking, best), ConfidenceOf(ranking, 0));
}

TEST_F(CandidateScore, ExpectsTheOverlapOfAnEasyChoiceToBeHigh) {
  const Ranking ranking = Rank(picture_, std::vector<cv::Mat>{disc_, too_small_}, tap_, 1);

  EXPECT_GT(ranking.ExpectedOverlap(0), ranking.ExpectedOverlap(1));
  EXPECT_NEAR(ranking.likelihood[0] + ranking.likelihood[1], 1, 1e-5);
  EXPECT_NEAR(ranking.overlap[0][1], 25.0 * 25 / (40 * 40), 0.01);
}

}  // namespace
}  // namespace tapmask
