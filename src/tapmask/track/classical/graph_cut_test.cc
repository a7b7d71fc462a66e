// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/graph_cut.h"

#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace tapmask {
namespace {

cv::Mat Everywhere(const cv::Size& size) {
  return cv::Mat(size, CV_8UC1, cv::Scalar(255));
}
cv::Mat Nowhere(const cv::Size& size) {
  return cv::Mat(size, CV_8UC1, cv::Scalar(0));
}

bool SameLabels(const cv::Mat& a, const cv::Mat& b) {
  return cv::norm(a, b, cv::NORM_INF) == 0;
}

// The energy as the header states it, summed the plain way.
double Energy(const cv::Mat& lab, const cv::Mat& unary, const cv::Mat& labels, float lambda) {
  double differences = 0, pairs = 0;
  const auto for_each_pair = [&](auto&& visit) {
    for (int y = 0; y < lab.rows; ++y) {
      for (int x = 0; x < lab.cols; ++x) {
        for (const auto& [dx, dy] : {std::pair{1, 0}, {0, 1}, {1, 1}, {-1, 1}}) {
          const cv::Point a(x, y), b(x + dx, y + dy);
          if (b.x < 0 || b.x >= lab.cols || b.y >= lab.rows) continue;
          const cv::Vec3d d = cv::Vec3d(lab.at<cv::Vec3b>(a)) - cv::Vec3d(lab.at<cv::Vec3b>(b));
          visit(a, b, d.dot(d), dx != 0 && dy != 0 ? 0.71 : 1.0);
        }
      }
    }
  };
  for_each_pair([&](cv::Point, cv::Point, double d, double) { differences += d, pairs += 1; });
  const double beta = pairs / (2 * differences);
  double energy = 0;
  for_each_pair([&](cv::Point a, cv::Point b, double d, double length) {
    if (labels.at<uint8_t>(a) != labels.at<uint8_t>(b)) {
      energy += lambda * length * (0.05 + std::exp(-beta * d));
    }
  });
  for (int y = 0; y < lab.rows; ++y) {
    for (int x = 0; x < lab.cols; ++x) {
      energy += (labels.at<uint8_t>(y, x) ? -0.5 : 0.5) * unary.at<float>(y, x);
    }
  }
  return energy;
}

TEST(CutGraph, FindsTheLabelsOfLeastEnergy) {
  const cv::Size size(4, 3);  // Small enough to try all 4096 labellings.
  cv::RNG random(7);
  for (int round = 0; round < 20; ++round) {
    cv::Mat lab(size, CV_8UC3), unary(size, CV_32FC1);
    random.fill(lab, cv::RNG::UNIFORM, 0, 256);
    random.fill(unary, cv::RNG::UNIFORM, -3.0, 3.0);

    const cv::Mat found = CutGraph(lab, unary, Everywhere(size), Nowhere(size), 2.0f);

    double least = 1e9;
    cv::Mat labels(size, CV_8UC1);
    for (int code = 0; code < 1 << 12; ++code) {
      for (int i = 0; i < 12; ++i) labels.at<uint8_t>(i / 4, i % 4) = code >> i & 1 ? 255 : 0;
      least = std::min(least, Energy(lab, unary, labels, 2.0f));
    }
    EXPECT_NEAR(Energy(lab, unary, found, 2.0f), least, 0.02);  // Weights are rounded.
  }
}

TEST(CutGraph, PutsTheBorderWhereTheColourChanges) {
  const cv::Size size(40, 30);
  cv::Mat lab(size, CV_8UC3, cv::Scalar(60, 128, 128));
  const cv::Rect bright(10, 8, 15, 12);
  lab(bright).setTo(cv::Scalar(200, 128, 128));
  cv::Mat unary(size, CV_32FC1, cv::Scalar(-0.01));
  unary.at<float>(14, 17) = 50;                           // One sure pixel inside.
  cv::rectangle(unary, {0, 0, 40, 30}, cv::Scalar(-50));  // And the frame's border outside.

  const cv::Mat found = CutGraph(lab, unary, Everywhere(size), Nowhere(size), 3.0f);

  cv::Mat expected = Nowhere(size);
  expected(bright).setTo(255);
  EXPECT_TRUE(SameLabels(found, expected));
}

TEST(CutGraph, KeepsFixedPixelsAndLetsThemPull) {
  const cv::Size size(20, 10);
  const cv::Mat lab(size, CV_8UC3, cv::Scalar(100, 128, 128));
  const cv::Mat unary(size, CV_32FC1, cv::Scalar(-0.1));  // Alone, all would be background.
  cv::Mat domain = Nowhere(size), fixed = Nowhere(size);
  domain(cv::Rect(8, 3, 3, 3)).setTo(255);
  fixed.setTo(255, domain == 0);
  fixed.at<uint8_t>(0, 0) = 0;

  const cv::Mat found = CutGraph(lab, unary, domain, fixed, 3.0f);

  cv::Mat expected = Everywhere(size);
  expected.at<uint8_t>(0, 0) = 0;
  EXPECT_TRUE(SameLabels(found, expected));
}

TEST(CutGraph, FollowsTheUnaryInAPictureWithoutTexture) {
  const cv::Size size(12, 12);
  const cv::Mat lab(size, CV_8UC3, cv::Scalar(100, 128, 128));
  cv::Mat unary(size, CV_32FC1, cv::Scalar(-20));
  unary(cv::Rect(3, 3, 5, 5)).setTo(20);

  EXPECT_TRUE(SameLabels(CutGraph(lab, unary, Everywhere(size), Nowhere(size), 1.0f), unary > 0));
}

TEST(CutGraph, ReturnsWhatIsFixedWhenNothingIsFree) {
  const cv::Size size(5, 5);
  cv::Mat fixed = Nowhere(size);
  fixed.at<uint8_t>(2, 2) = 1;

  const cv::Mat found = CutGraph(cv::Mat(size, CV_8UC3, cv::Scalar::all(0)),
                                 cv::Mat(size, CV_32FC1, cv::Scalar(9)), Nowhere(size), fixed, 1);

  EXPECT_EQ(cv::countNonZero(found), 1);
  EXPECT_EQ(found.at<uint8_t>(2, 2), 255);
}

}  // namespace
}  // namespace tapmask
