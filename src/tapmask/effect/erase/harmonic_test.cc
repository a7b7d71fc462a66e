// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/harmonic.h"

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace tapmask {
namespace {

cv::Mat HoleAt(const cv::Size& size, const cv::Rect& box) {
  cv::Mat hole = cv::Mat::zeros(size, CV_8U);
  hole(box).setTo(255);
  return hole;
}

TEST(FillHarmonic, ContinuesARamp) {
  cv::Mat field(60, 90, CV_32FC2);
  for (int y = 0; y < field.rows; ++y) {
    for (int x = 0; x < field.cols; ++x) {
      field.at<cv::Vec2f>(y, x) = {0.5f * static_cast<float>(x), 20 - 0.3f * static_cast<float>(y)};
    }
  }
  const cv::Mat truth = field.clone(), hole = HoleAt(field.size(), {30, 20, 30, 20});
  field.setTo(cv::Scalar(1000, -1000), hole);

  FillHarmonic(field, hole);

  EXPECT_LT(cv::norm(field, truth, cv::NORM_INF), 0.5);
}

TEST(FillHarmonic, DoesNotReadWhatIsInTheHole) {
  const cv::Mat hole = HoleAt({40, 30}, {0, 5, 12, 25});
  cv::Mat one(30, 40, CV_32F, cv::Scalar(7)), two = one.clone();
  one.setTo(-1e6, hole);
  two.setTo(1e6, hole);

  FillHarmonic(one, hole);
  FillHarmonic(two, hole);

  EXPECT_EQ(cv::norm(one, two, cv::NORM_INF), 0);
  EXPECT_NEAR(one.at<float>(20, 5), 7, 1e-3);
}

TEST(FillHarmonic, GivesZeroWhereNothingIsKnown) {
  for (const cv::Size size : {cv::Size(1, 1), cv::Size(3, 50), cv::Size(64, 64)}) {
    cv::Mat field(size, CV_32FC3, cv::Scalar(5, 6, 7));

    FillHarmonic(field, cv::Mat(size, CV_8U, cv::Scalar(255)));

    EXPECT_EQ(cv::norm(field, cv::NORM_INF), 0) << size;
  }
}

}  // namespace
}  // namespace tapmask
