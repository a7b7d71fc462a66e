// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/mask_shape.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace tapmask {
namespace {

cv::Mat WithRects(std::initializer_list<cv::Rect> rects) {
  cv::Mat mask(60, 80, CV_8U, cv::Scalar(0));
  for (const cv::Rect& r : rects) mask(r).setTo(255);
  return mask;
}

bool Equal(const cv::Mat& a, const cv::Mat& b) {
  return cv::countNonZero(a != b) == 0;
}

TEST(CleanUp, KeepsWhatWasExpectedAndDropsTheRest) {
  const cv::Rect object{10, 10, 20, 20}, stray{50, 10, 10, 10};
  cv::Mat mask = WithRects({object, stray});

  CleanUp(mask, WithRects({{8, 8, 20, 20}}), cv::Mat(60, 80, CV_32F, cv::Scalar(0.5)), 400);

  EXPECT_TRUE(Equal(mask, WithRects({object})));
}

TEST(CleanUp, KeepsALargePartElsewhereThatClearlyBelongsToTheObject) {
  const cv::Rect object{10, 10, 20, 20}, other_side{50, 10, 10, 10}, speck{70, 50, 2, 2};
  cv::Mat mask = WithRects({object, other_side, speck});

  CleanUp(mask, WithRects({object}), cv::Mat(60, 80, CV_32F, cv::Scalar(2)), 400);

  EXPECT_TRUE(Equal(mask, WithRects({object, other_side})));
}

TEST(CleanUp, FillsSmallHolesOnly) {
  const cv::Rect object{5, 5, 50, 50}, pinhole{20, 20, 2, 1}, window{30, 30, 10, 10};
  cv::Mat mask = WithRects({object});
  mask(pinhole).setTo(0);
  mask(window).setTo(0);

  CleanUp(mask, WithRects({object}), cv::Mat(60, 80, CV_32F, cv::Scalar(2)), 2500);

  cv::Mat expected = WithRects({object});
  expected(window).setTo(0);
  EXPECT_TRUE(Equal(mask, expected));
}

TEST(CleanUp, LeavesAnEmptyMaskEmpty) {
  cv::Mat mask = WithRects({});

  CleanUp(mask, WithRects({}), cv::Mat(60, 80, CV_32F, cv::Scalar(2)), 0);

  EXPECT_EQ(cv::countNonZero(mask), 0);
}

}  // namespace
}  // namespace tapmask
