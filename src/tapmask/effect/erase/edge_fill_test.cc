// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/edge_fill.h"

#include <cmath>

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include "tapmask/effect/erase/harmonic.h"

namespace tapmask {
namespace {

// A bright band that runs aslant through the picture, with a round hole over its middle.
struct BandWithHole {
  BandWithHole() : truth(80, 120, CV_32FC3), hole(80, 120, CV_8U, cv::Scalar(0)) {
    for (int y = 0; y < truth.rows; ++y) {
      for (int x = 0; x < truth.cols; ++x) {
        const bool is_in_band = std::abs(x - 60 + (y - 40) / 2) < 10;
        truth.at<cv::Vec3f>(y, x) = is_in_band ? cv::Vec3f(200, 120, 220) : cv::Vec3f(40, 80, 30);
      }
    }
    cv::circle(hole, {60, 40}, 16, 255, cv::FILLED);
  }
  cv::Mat WithHole(float value) const {
    cv::Mat out = truth.clone();
    out.setTo(cv::Scalar::all(value), hole);
    return out;
  }
  double ErrorOf(const cv::Mat& filled) const {
    return cv::norm(filled, truth, cv::NORM_L2, hole) / std::sqrt(3.0 * cv::countNonZero(hole));
  }
  cv::Mat truth, hole;
};

TEST(FillAlongEdges, LeadsAnEdgeThroughTheHole) {
  const BandWithHole band;
  cv::Mat smooth = band.WithHole(0), filled = band.WithHole(0);

  FillHarmonic(smooth, band.hole);
  FillAlongEdges(filled, band.hole);

  EXPECT_LT(band.ErrorOf(filled), 0.7 * band.ErrorOf(smooth));
  EXPECT_EQ(cv::norm(filled, band.truth, cv::NORM_INF, band.hole == 0), 0);
}

TEST(FillAlongEdges, DoesNotReadWhatIsInTheHole) {
  const BandWithHole band;
  cv::Mat one = band.WithHole(0), two = band.WithHole(255);

  FillAlongEdges(one, band.hole);
  FillAlongEdges(two, band.hole);

  EXPECT_EQ(cv::norm(one, two, cv::NORM_INF), 0);
}

TEST(FillAlongEdges, StaysWithinWhatIsAroundTheHole) {
  cv::Mat stripes(240, 320, CV_32F), hole(stripes.size(), CV_8U, cv::Scalar(0));
  for (int y = 0; y < stripes.rows; ++y) {
    for (int x = 0; x < stripes.cols; ++x) {
      const double u = (x * std::cos(CV_PI / 6) + y * std::sin(CV_PI / 6)) / 10;
      stripes.at<float>(y, x) = u - std::floor(u) < 0.5 ? 16 : 235;
    }
  }
  cv::circle(hole, {140, 100}, 30, 255, cv::FILLED);

  FillAlongEdges(stripes, hole);

  double least = 0, most = 0;
  cv::minMaxIdx(stripes, &least, &most);
  EXPECT_EQ(least, 16);
  EXPECT_EQ(most, 235);
}

TEST(FillAlongEdges, LeavesAPlainSurfacePlain) {
  cv::Mat plain(60, 60, CV_32FC3, cv::Scalar(90, 100, 110)),
      hole(plain.size(), CV_8U, cv::Scalar(0));
  hole(cv::Rect(0, 0, 20, 60)).setTo(255);  // At the picture's border as well.
  cv::Mat filled = plain.clone();
  filled.setTo(cv::Scalar::all(0), hole);

  FillAlongEdges(filled, hole);

  EXPECT_LT(cv::norm(filled, plain, cv::NORM_INF), 0.5);
}

TEST(FillAlongEdges, FillsPicturesOfEverySize) {
  for (const cv::Size& size :
       {cv::Size(1, 1), cv::Size(2, 1), cv::Size(3, 90), cv::Size(17, 16), cv::Size(64, 5)}) {
    for (const int type : {CV_32FC1, CV_32FC2, CV_32FC3}) {
      cv::Mat picture(size, type, cv::Scalar::all(50)), hole(size, CV_8U, cv::Scalar(255));
      FillAlongEdges(picture, hole, 7);
      EXPECT_EQ(cv::norm(picture, cv::Mat(size, type, cv::Scalar::all(7)), cv::NORM_INF), 0)
          << size;

      picture.setTo(cv::Scalar::all(50));
      hole.at<uint8_t>(0, 0) = 0;
      FillAlongEdges(picture, hole, 7);
      EXPECT_LT(cv::norm(picture, cv::Mat(size, type, cv::Scalar::all(50)), cv::NORM_INF), 0.5)
          << size;
    }
  }
}

}  // namespace
}  // namespace tapmask
