// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/motion_cue.h"

#include <gtest/gtest.h>

namespace tapmask {
namespace {

struct Scene {
  cv::Mat residual{80, 80, CV_32FC2, cv::Scalar(0.1, 0)};
  cv::Mat object = cv::Mat::zeros(80, 80, CV_8U);
  cv::Mat background;

  explicit Scene(const cv::Scalar& motion) {
    const cv::Rect r(20, 20, 30, 30);
    object(r).setTo(255);
    residual(r).setTo(motion);
    background = object == 0;
  }
  MotionCue Cue() const { return MotionCue(residual, object, background); }
};

TEST(MotionCue, SpeaksForPixelsThatMoveAndAgainstThoseThatStand) {
  const MotionCue cue = Scene({5, 0}).Cue();

  EXPECT_GT(cue.Logit({5, 0}), 1.5);
  EXPECT_LT(cue.Logit({0, 0}), -2);
  EXPECT_GT(cue.Logit({5, 0}), cue.Logit({3, 0}));
}

TEST(MotionCue, SaysNothingWhenTheObjectStandsStill) {
  const MotionCue cue = Scene({0.1, 0}).Cue();

  EXPECT_FALSE(cue.Useful());
  EXPECT_EQ(cue.Logit({0, 0}), 0);
  EXPECT_EQ(cue.Logit({9, 0}), 0);
}

TEST(MotionCue, SaysNothingWhenTheBackgroundMovesAsMuch) {
  Scene scene({5, 0});
  scene.residual.setTo(cv::Scalar(0, 5), scene.background);

  EXPECT_FALSE(scene.Cue().Useful());
}

TEST(MotionCue, SaysNothingOfAnObjectOfAFewPixels) {
  Scene scene({5, 0});
  scene.object.setTo(0);
  scene.object.at<uint8_t>(20, 20) = 255;

  EXPECT_FALSE(scene.Cue().Useful());
}

}  // namespace
}  // namespace tapmask
