// SPDX-License-Identifier: Apache-2.0
#include "tapmask/motion/archive_mat.h"

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

cv::Mat ThereAndBack(cv::Mat mat) {
  StateArchive saving;
  saving(mat);
  StateArchive restoring(saving.bytes());
  cv::Mat back(9, 9, CV_8U);
  restoring(back);
  EXPECT_TRUE(restoring.AtEnd());
  return back;
}

TEST(ArchiveMat, ComesBackAsItWas) {
  cv::Mat whole(5, 6, CV_32FC3);
  cv::randu(whole, 0, 1);
  for (const cv::Mat& mat : {whole, cv::Mat(whole(cv::Rect(1, 1, 3, 2)))}) {
    const cv::Mat back = ThereAndBack(mat);
    ASSERT_EQ(back.type(), mat.type());
    ASSERT_EQ(back.size(), mat.size());
    EXPECT_EQ(cv::norm(back, mat, cv::NORM_INF), 0);
  }
  EXPECT_TRUE(ThereAndBack(cv::Mat()).empty());
}

TEST(ArchiveMat, RefusesSizesThatCannotBe) {
  for (const int bad : {-1, 1 << 30}) {
    StateArchive saving;
    int rows = bad, cols = 4, type = CV_8U;
    uint64_t count = static_cast<uint64_t>(bad);
    saving(rows, cols, type, count);
    cv::Mat mat;
    EXPECT_THROW(StateArchive(saving.bytes())(mat), Error);
  }
}

}  // namespace
}  // namespace tapmask
