// SPDX-License-Identifier: Apache-2.0
#include "tapmask/motion/flow.h"

#include <cmath>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

#include "tapmask/core/error.h"
#include "tapmask/motion/test_pictures.h"

namespace tapmask {
namespace {

using test::Picture;
using test::Texture;

GrayImage Shifted(int width, int height, double dx, double dy) {
  return Picture(width, height, [=](int x, int y) { return Texture(x - dx, y - dy, 7); });
}

double MeanError(const FlowField& flow, double dx, double dy, int margin) {
  double sum = 0;
  int n = 0;
  for (int y = margin; y < flow.height - margin; ++y) {
    for (int x = margin; x < flow.width - margin; ++x, ++n) {
      sum += std::hypot(flow.At(x, y)[0] - dx, flow.At(x, y)[1] - dy);
    }
  }
  return sum / n;
}

TEST(FlowEstimator, FindsAKnownShiftInBothDirections) {
  FlowEstimator estimator;

  const FlowPair flow = estimator.Between(Shifted(160, 120, 0, 0), Shifted(160, 120, 4.5, -2.25));

  EXPECT_LT(MeanError(flow.backward, -4.5, 2.25, 12), 0.25);
  EXPECT_LT(MeanError(flow.forward, 4.5, -2.25, 12), 0.25);
}

TEST(FlowEstimator, GivesTheSameWhateverThreadsOpenCvUses) {
  FlowEstimator estimator;
  const GrayImage a = Shifted(427, 240, 0, 0), b = Shifted(427, 240, 3, 1);
  const int before = cv::getNumThreads();

  cv::setNumThreads(1);
  const FlowPair one = estimator.Between(a, b);
  cv::setNumThreads(5);
  const FlowPair five = estimator.Between(a, b);
  cv::setNumThreads(before);

  EXPECT_EQ(one.backward.xy, five.backward.xy);
  EXPECT_EQ(one.forward.xy, five.forward.xy);
}

TEST(FlowEstimator, ForgetsThePicturesBefore) {
  FlowEstimator used, fresh;
  const GrayImage a = Shifted(120, 90, 0, 0), b = Shifted(120, 90, 3, 1);
  used.Between(Shifted(120, 90, 9, 9), a);

  EXPECT_EQ(used.Between(a, b).backward.xy, fresh.Between(a, b).backward.xy);
}

TEST(FlowEstimator, WorksOnTinyPictures) {
  FlowEstimator estimator;

  const FlowPair flow = estimator.Between(Shifted(16, 5, 0, 0), Shifted(16, 5, 0, 0));

  EXPECT_EQ(flow.backward.size(), (Size{16, 5}));
  EXPECT_LT(MeanError(flow.backward, 0, 0, 0), 0.1);
}

TEST(FlowEstimator, RefusesPicturesOfDifferentSizes) {
  FlowEstimator estimator;

  EXPECT_THROW(estimator.Between(Shifted(40, 40, 0, 0), Shifted(40, 41, 0, 0)), Error);
  EXPECT_THROW(estimator.Between({}, {}), Error);
}

TEST(FlowConsistency, IsHighWhereThereAndBackMeetAndLowWhereNot) {
  FlowPair flow{{4, 1, {1, 0, 0, 0, 0, 0, 0, 0}}, {4, 1, {0, 0, -1, 0, 0, 0, 8, 0}}};

  const std::vector<float> consistency = FlowConsistency(flow);

  EXPECT_FLOAT_EQ(consistency[0], 1.0f);  // To pixel 1 and back.
  EXPECT_GT(consistency[1], 0.5f);        // Off by one pixel.
  EXPECT_LT(consistency[3], 1e-6f);       // Off by eight.
}

}  // namespace
}  // namespace tapmask
