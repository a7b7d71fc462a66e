// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/lift.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include "tapmask/track/synthetic_scene.h"

namespace tapmask {
namespace {

cv::Mat Reduced(const Mask& mask, const cv::Size& size) {
  const cv::Mat full(mask.height(), mask.width(), CV_8UC1, const_cast<uint8_t*>(mask.data()));
  cv::Mat reduced;
  cv::resize(full, reduced, size, 0, 0, cv::INTER_AREA);
  return reduced > 127;
}

TEST(LiftMask, PutsTheBorderOnTheFramesEdges) {
  const DiscScene scene{.size = {640, 480}, .x = 321, .y = 237, .radius = 101};
  const cv::Mat region = Reduced(scene.Truth(), {213, 160});
  cv::Mat plain;
  cv::resize(region, plain, {640, 480}, 0, 0, cv::INTER_NEAREST);
  const Mask enlarged(640, 480, std::vector<uint8_t>(plain.begin<uint8_t>(), plain.end<uint8_t>()));

  const Mask lifted = LiftMask(SoftRegion(region), scene.Frame().image);

  const double overlap = IntersectionOverUnion(lifted, scene.Truth());
  EXPECT_GT(overlap, 0.99);
  EXPECT_GT(overlap, IntersectionOverUnion(enlarged, scene.Truth()));
}

TEST(LiftMask, KeepsTheShapeWhereThereAreNoEdges) {
  const BgrImage flat = Paint({300, 200}, [](int, int) { return Colour{100, 100, 100}; });
  const Mask truth = MaskOf({300, 200}, DiscAt(150, 100, 60));

  const Mask lifted = LiftMask(SoftRegion(Reduced(truth, {150, 100})), flat);

  EXPECT_GT(IntersectionOverUnion(lifted, truth), 0.95);
}

TEST(LiftMask, ReachesTheFramesBorder) {
  const DiscScene scene{.size = {321, 241}, .x = 0, .y = 0, .radius = 80};

  const Mask lifted = LiftMask(SoftRegion(Reduced(scene.Truth(), {160, 120})), scene.Frame().image);

  EXPECT_TRUE(lifted.At(0, 0));
  EXPECT_GT(IntersectionOverUnion(lifted, scene.Truth()), 0.95);
}

TEST(LiftMask, TakesAGridOfTheFramesSize) {
  const DiscScene scene{.size = {120, 90}, .x = 60, .y = 45, .radius = 20};

  const Mask lifted = LiftMask(SoftRegion(Reduced(scene.Truth(), {120, 90})), scene.Frame().image);

  EXPECT_GT(IntersectionOverUnion(lifted, scene.Truth()), 0.95);
}

TEST(LiftMask, GivesAnEmptyMaskForAnEmptyRegion) {
  const Mask lifted =
      LiftMask(cv::Mat::zeros(60, 80, CV_32FC1), DiscScene{.size = {160, 120}}.Frame().image);

  EXPECT_TRUE(lifted.Empty());
  EXPECT_EQ(lifted.size(), (Size{160, 120}));
}

}  // namespace
}  // namespace tapmask
