// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/features.h"

#include <array>

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace tapmask {
namespace {

using PixelFeatures = std::array<uint8_t, kFeatureStride>;

PixelFeatures ReadAt(const FeatureReader& reader, int x, int y) {
  PixelFeatures out{};
  reader.Read(x, y, out.data());
  return out;
}

TEST(FeatureReader, SeesTheSameEverywhereInAFlatPicture) {
  const FeatureImages images = MakeFeatureImages(cv::Mat(60, 80, CV_8UC3, cv::Scalar(40, 90, 200)));
  const FeatureReader reader(images, cv::Mat(), ObjectPlace());

  const PixelFeatures corner = ReadAt(reader, 0, 0), middle = ReadAt(reader, 40, 30);

  for (int f = 0; f < kFeatureCount; ++f) {
    if (GroupOf(f) == FeatureGroup::kPlace) continue;
    EXPECT_EQ(corner[static_cast<size_t>(f)], middle[static_cast<size_t>(f)]) << "feature " << f;
    if (GroupOf(f) == FeatureGroup::kGradient) {
      EXPECT_EQ(middle[static_cast<size_t>(f)], 0);
    }
  }
}

TEST(FeatureReader, CountsPlaceFromTheObjectsCentreInUnitsOfItsSide) {
  const FeatureImages images = MakeFeatureImages(cv::Mat(100, 100, CV_8UC3, cv::Scalar::all(50)));
  const FeatureReader reader(images, cv::Mat(), {50, 40, 20});

  const PixelFeatures centre = ReadAt(reader, 50, 40), beside = ReadAt(reader, 60, 30);

  EXPECT_EQ(centre[61], 128);
  EXPECT_EQ(centre[62], 128);
  EXPECT_EQ(beside[61], 128 + 30);
  EXPECT_EQ(beside[62], 128 - 30);
  EXPECT_EQ(beside[63], 128);
  EXPECT_EQ(beside[64], 128 + 42);
}

TEST(FeatureReader, ReadsMotionAndTakesItAsNoneWhenNotKnown) {
  const FeatureImages images = MakeFeatureImages(cv::Mat(40, 40, CV_8UC3, cv::Scalar::all(50)));
  const cv::Mat residual(40, 40, CV_32FC2, cv::Scalar(3, -4));

  const PixelFeatures moving = ReadAt(FeatureReader(images, residual, {}), 20, 20);
  const PixelFeatures unknown = ReadAt(FeatureReader(images, cv::Mat(), {}), 20, 20);

  EXPECT_EQ(moving[65], 128 + 36);
  EXPECT_EQ(moving[66], 128 - 48);
  EXPECT_EQ(moving[67], 120);
  EXPECT_EQ(unknown[65], 128);
  EXPECT_EQ(unknown[67], 0);
}

TEST(FeatureReader, SeesColourAroundThePixel) {
  cv::Mat bgr(60, 60, CV_8UC3, cv::Scalar::all(20));
  bgr.colRange(30, 60).setTo(cv::Scalar::all(220));
  const FeatureImages images = MakeFeatureImages(bgr);
  const FeatureReader reader(images, cv::Mat(), ObjectPlace());

  const PixelFeatures dark = ReadAt(reader, 27, 30);

  EXPECT_LT(dark[0], 60);    // The pixel,
  EXPECT_GT(dark[13], 180);  // 6 pixels to its right,
  EXPECT_LT(dark[25], 60);   // and 6 to its left.
}

TEST(FeatureReader, LooksFurtherAwayInAnObjectThatHasGrown) {
  cv::Mat bgr(60, 60, CV_8UC3, cv::Scalar::all(20));
  bgr.colRange(30, 60).setTo(cv::Scalar::all(220));
  const FeatureImages images = MakeFeatureImages(bgr);
  ObjectPlace grown;
  grown.zoom = 2;

  const PixelFeatures far_from_edge = ReadAt(FeatureReader(images, cv::Mat(), grown), 21, 30);
  const PixelFeatures as_learnt = ReadAt(FeatureReader(images, cv::Mat(), ObjectPlace()), 21, 30);

  EXPECT_GT(far_from_edge[13], 180);  // 12 pixels to its right.
  EXPECT_LT(as_learnt[13], 60);
}

TEST(FeatureReader, HasNoOtherGroupsThanThoseNamed) {
  std::array<int, 6> count{};
  for (int f = 0; f < kFeatureCount; ++f) ++count[static_cast<size_t>(GroupOf(f))];

  EXPECT_EQ(count, (std::array<int, 6>{9, 4, 48, 4, 3, 3}));
}

TEST(PlaceOf, GivesCentreAndSide) {
  cv::Mat mask(50, 50, CV_8U, cv::Scalar(0));
  mask(cv::Rect(10, 20, 4, 9)).setTo(255);

  const ObjectPlace place = PlaceOf(mask);

  EXPECT_DOUBLE_EQ(place.x, 11.5);
  EXPECT_DOUBLE_EQ(place.y, 24);
  EXPECT_DOUBLE_EQ(place.side, 6);
  EXPECT_GT(PlaceOf(cv::Mat::zeros(5, 5, CV_8U)).side, 0);
}

}  // namespace
}  // namespace tapmask
