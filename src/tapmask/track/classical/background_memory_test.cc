// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/background_memory.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include "tapmask/track/classical/test_frames.h"

namespace tapmask {
namespace {

constexpr int kGridWidth = 320, kGridHeight = 240;  // The grid's own size: nothing is resampled.
const cv::Rect kWhole(0, 0, kGridWidth, kGridHeight);

// Stripes of two greys, moved to the right by `pan`, with a red block over them.
WorkingFrame Striped(int pan, const cv::Rect& block) {
  return test::GridFrame(kGridWidth, kGridHeight, [=](int x, int y) {
    if (block.contains({x, y})) return cv::Vec3b(30, 30, 220);
    return (x - pan + 1000) / 12 % 2 ? cv::Vec3b(60, 60, 60) : cv::Vec3b(190, 190, 190);
  });
}

cv::Mat Logit(const cv::Rect& block) {
  cv::Mat logit(kGridHeight, kGridWidth, CV_32F, cv::Scalar(-5));
  logit(block).setTo(5);
  return logit;
}

const Homography kPan4{{1, 0, -4, 0, 1, 0, 0, 0, 1}};  // Where a pixel was, 4 to the left.
const cv::Mat kNothingFlows = cv::Mat::zeros(kGridHeight, kGridWidth, CV_8U);

TEST(BackgroundMemory, RecognisesBackgroundThatMovedWithTheCamera) {
  const cv::Rect block(100, 100, 30, 30);
  BackgroundMemory memory;
  memory.Start(Striped(0, block), test::Box({kGridWidth, kGridHeight}, block));

  const WorkingFrame next = Striped(4, {114, 100, 30, 30});
  memory.Move(next, kPan4, kNothingFlows, kWhole);
  const cv::Mat difference = memory.Difference(next);

  EXPECT_LT(difference.at<float>(50, 50), 5);
  EXPECT_GE(difference.at<float>(50, 50), 0);
  EXPECT_GT(difference.at<float>(115, 140), 25);  // The block is where background was known.
  EXPECT_LT(difference.at<float>(115, 118), 0);   // Nobody knows what is behind its middle.
}

TEST(BackgroundMemory, KeepsWhatTheObjectHides) {
  const cv::Rect first(60, 100, 30, 30), second(140, 100, 30, 30);
  BackgroundMemory memory;
  const WorkingFrame before = Striped(0, first);
  memory.Start(before, test::Box({kGridWidth, kGridHeight}, first));
  for (const cv::Rect& block : {second, second}) {
    const WorkingFrame now = Striped(0, block);
    memory.Move(now, Homography(), kNothingFlows, kWhole);
    memory.Update(now, test::Box({kGridWidth, kGridHeight}, block), Logit(block));
  }

  const WorkingFrame gone = Striped(0, cv::Rect());
  memory.Move(gone, Homography(), kNothingFlows, kWhole);
  const cv::Mat difference = memory.Difference(gone);

  EXPECT_LT(difference.at<float>(115, 155), 5);  // Behind the second place: known from before,
  EXPECT_GE(difference.at<float>(115, 155), 0);
  EXPECT_LT(difference.at<float>(115, 75), 5);  // behind the first: learnt since.
  EXPECT_GE(difference.at<float>(115, 75), 0);
}

TEST(BackgroundMemory, DoesNotLearnPixelsThatMayBeTheObject) {
  const cv::Rect block(100, 100, 30, 30);
  BackgroundMemory memory;
  memory.Start(Striped(0, cv::Rect()), cv::Mat::zeros(kGridHeight, kGridWidth, CV_8U));
  for (int i = 0; i < 10; ++i) {
    const WorkingFrame now = Striped(0, block);
    memory.Move(now, Homography(), kNothingFlows, kWhole);
    memory.Update(now, cv::Mat::zeros(kGridHeight, kGridWidth, CV_8U), Logit(block));
  }

  const WorkingFrame now = Striped(0, block);
  memory.Move(now, Homography(), kNothingFlows, kWhole);

  EXPECT_GT(memory.Difference(now).at<float>(115, 115), 25);
}

TEST(BackgroundMemory, FollowsTheFlowWhereItIsToldTo) {
  BackgroundMemory memory;
  memory.Start(Striped(0, cv::Rect()), cv::Mat::zeros(kGridHeight, kGridWidth, CV_8U));
  WorkingFrame next = Striped(6, cv::Rect());
  test::SetShift(next, 6, 0);

  memory.Move(next, Homography(), cv::Mat(kGridHeight, kGridWidth, CV_8U, cv::Scalar(255)), kWhole);

  EXPECT_LT(cv::mean(memory.Difference(next)(cv::Rect(20, 20, 280, 200)))[0], 3);
}

TEST(BackgroundMemory, KnowsTheLastFrameOutsideOfTheBox) {
  const cv::Rect box(80, 80, 80, 80);
  BackgroundMemory memory;
  const WorkingFrame first = Striped(0, cv::Rect()), second = Striped(6, cv::Rect());
  memory.Start(first, cv::Mat::zeros(kGridHeight, kGridWidth, CV_8U));
  memory.Move(second, Homography{{1, 0, -6, 0, 1, 0, 0, 0, 1}}, kNothingFlows, box);
  memory.Update(second, cv::Mat::zeros(kGridHeight, kGridWidth, CV_8U), Logit(cv::Rect()));

  memory.Move(second, Homography(), kNothingFlows, kWhole);

  EXPECT_LT(cv::mean(memory.Difference(second))[0], 3);
}

}  // namespace
}  // namespace tapmask
