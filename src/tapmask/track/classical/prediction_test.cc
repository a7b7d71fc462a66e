// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/prediction.h"

#include <cmath>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

#include "tapmask/track/classical/test_frames.h"

namespace tapmask {
namespace {

constexpr int kSceneWidth = 320, kSceneHeight = 240;
const cv::Size kSize(kSceneWidth, kSceneHeight);
const cv::Rect kObject(60, 80, 40, 30);

// A red object with marks of its own on grey ground with marks of another kind.
WorkingFrame BlockFrame(const cv::Rect& object) {
  return test::GridFrame(kSceneWidth, kSceneHeight, [=](int x, int y) {
    if (object.contains({x, y})) {
      const int mark = (x - object.x) / 5 * 37 % 60 + (y - object.y) / 6 * 23 % 40;
      return cv::Vec3b(20, static_cast<uint8_t>(20 + mark), 210);
    }
    const auto ground = static_cast<uint8_t>(110 + 25 * std::sin(x * 0.21) * std::cos(y * 0.17));
    return cv::Vec3b(ground, ground, ground);
  });
}

cv::Mat Probability(const cv::Rect& object) {
  cv::Mat p;
  test::Box(kSize, object).convertTo(p, CV_32F, 1 / 255.0);
  return p;
}

double Overlap(const cv::Mat& mask, const cv::Rect& object) {
  const cv::Mat truth = test::Box(kSize, object);
  return double(cv::countNonZero(mask & truth)) / cv::countNonZero(mask | truth);
}

TEST(FollowFlow, MovesTheMaskWithTheFlow) {
  WorkingFrame frame = BlockFrame(kObject + cv::Point(7, -3));
  test::SetShift(frame, 7, -3);

  const Prediction p = FollowFlow(Probability(kObject), frame);

  EXPECT_GT(Overlap(p.mask, kObject + cv::Point(7, -3)), 0.99);
  EXPECT_EQ(p.area, kObject.area());
  EXPECT_GT(p.flow_agreement, 0.99);
  EXPECT_FALSE(FlowFailed(p, kObject.area()));
}

TEST(FlowFailed, IsTrueWhenTheObjectVanishesOrTheFlowDisagrees) {
  Prediction p;
  p.area = 100;
  p.flow_agreement = 0.9;
  EXPECT_FALSE(FlowFailed(p, 110));
  EXPECT_TRUE(FlowFailed(p, 200));
  p.flow_agreement = 0.3;
  EXPECT_TRUE(FlowFailed(p, 110));
}

TEST(SearchTemplate, FindsAJumpThatTheFlowMissed) {
  const cv::Rect jumped = kObject + cv::Point(25, 12);
  const WorkingFrame before = BlockFrame(kObject);
  WorkingFrame frame = BlockFrame(jumped);
  test::SetShift(frame, 0, 0);
  Prediction p = FollowFlow(Probability(kObject), frame);
  p.trust = cv::Mat(kSize, CV_32F, cv::Scalar(0));  // The flow is known to be wrong.

  SearchTemplate(test::Box(kSize, kObject), Probability(kObject), before, frame, p);

  EXPECT_GT(Overlap(p.mask, jumped), 0.95);
  EXPECT_GT(p.trust.at<float>(jumped.y + 5, jumped.x + 5), 0.4f);
}

TEST(SearchTemplate, ChangesNothingWhenNothingLooksAlike) {
  const WorkingFrame before = BlockFrame(kObject);
  WorkingFrame frame = BlockFrame(cv::Rect());
  test::SetShift(frame, 0, 0);
  Prediction p = FollowFlow(Probability(kObject), frame);
  p.trust = cv::Mat(kSize, CV_32F, cv::Scalar(0));

  SearchTemplate(test::Box(kSize, kObject), Probability(kObject), before, frame, p);

  EXPECT_GT(Overlap(p.mask, kObject), 0.99);
  EXPECT_EQ(cv::countNonZero(p.trust), 0);
}

TEST(SearchEverywhere, FindsTheObjectAnywhereInThePicture) {
  Appearance appearance(1);
  appearance.Learn(BlockFrame(kObject).features, test::Box(kSize, kObject));
  const cv::Rect elsewhere(240, 180, 40, 30);

  const Sighting sighting =
      SearchEverywhere(appearance, BlockFrame(elsewhere), PlaceOf(test::Box(kSize, kObject)), 1200);

  ASSERT_TRUE(sighting.found);
  EXPECT_TRUE(sighting.suspicion);
  EXPECT_GT(Overlap(sighting.found->mask, elsewhere), 0.6);
}

TEST(SearchEverywhere, FindsNothingWhereTheObjectIsNot) {
  Appearance appearance(1);
  appearance.Learn(BlockFrame(kObject).features, test::Box(kSize, kObject));

  const Sighting sighting = SearchEverywhere(appearance, BlockFrame(cv::Rect()),
                                             PlaceOf(test::Box(kSize, kObject)), 1200);

  EXPECT_FALSE(sighting.found);
  EXPECT_FALSE(sighting.suspicion);
}

TEST(SearchEverywhere, DoesNotTakeSomethingOfQuiteAnotherSize) {
  Appearance appearance(1);
  appearance.Learn(BlockFrame(kObject).features, test::Box(kSize, kObject));

  const Sighting sighting = SearchEverywhere(appearance, BlockFrame({150, 60, 150, 150}),
                                             PlaceOf(test::Box(kSize, kObject)), 1200);

  EXPECT_FALSE(sighting.found);
  EXPECT_TRUE(sighting.suspicion);
}

TEST(SearchEverywhere, FindsNothingBeforeAnythingWasLearnt) {
  const Sighting sighting =
      SearchEverywhere(Appearance(1), BlockFrame(kObject), ObjectPlace(), 1200);

  EXPECT_FALSE(sighting.found);
  EXPECT_FALSE(sighting.suspicion);
}

}  // namespace
}  // namespace tapmask
