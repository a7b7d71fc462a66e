// SPDX-License-Identifier: Apache-2.0
#include "tapmask/motion/bounding_box.h"

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace tapmask {
namespace {

TEST(BoundingBoxOf, FindsEveryPixelOfPicturesOfAnyWidth) {
  cv::RNG random(1);
  for (int i = 0; i < 3000; ++i) {
    cv::Mat mask = cv::Mat::zeros(random.uniform(1, 12), random.uniform(1, 12), CV_8U);
    const int count = random.uniform(0, 3);
    cv::Rect truth;
    for (int k = 0; k < count; ++k) {
      const cv::Point p(random.uniform(0, mask.cols), random.uniform(0, mask.rows));
      mask.at<uint8_t>(p) = 255;
      const cv::Rect pixel(p.x, p.y, 1, 1);
      truth = k == 0 ? pixel : truth | pixel;
    }
    ASSERT_EQ(BoundingBoxOf(mask), truth) << mask;
  }
}

TEST(BoundingBoxOf, SeesTheFirstColumns) {
  cv::Mat mask = cv::Mat::zeros(4, 3, CV_8U);
  mask.at<uint8_t>(3, 0) = mask.at<uint8_t>(3, 1) = 255;

  EXPECT_EQ(BoundingBoxOf(mask), cv::Rect(0, 3, 2, 1));
}

}  // namespace
}  // namespace tapmask
