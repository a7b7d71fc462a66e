// SPDX-License-Identifier: Apache-2.0
#include "tapmask/motion/global_motion.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

// A camera that turns, zooms, shifts and tilts a little.
const Homography kCamera{{1.02, 0.01, -3.0, -0.012, 1.015, 2.0, 2e-5, -1e-5, 1.0}};

FlowField FieldOf(const Homography& camera, int width, int height) {
  FlowField flow{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const Point2f p = camera.Map(x, y);
      flow.xy.push_back(static_cast<float>(p.x - x));
      flow.xy.push_back(static_cast<float>(p.y - y));
    }
  }
  return flow;
}

void MoveRect(FlowField& flow, const Rect& r, float dx, float dy) {
  for (int y = r.y; y < r.bottom(); ++y) {
    for (int x = r.x; x < r.right(); ++x) {
      float* v = &flow.xy[2 * static_cast<size_t>(y * flow.width + x)];
      v[0] += dx;
      v[1] += dy;
    }
  }
}

double WorstCornerError(const Homography& a, const Homography& b, const Size& size) {
  double worst = 0;
  for (double x : {0.0, size.width - 1.0}) {
    for (double y : {0.0, size.height - 1.0}) {
      const Point2f p = a.Map(x, y), q = b.Map(x, y);
      worst = std::max(worst, std::hypot(p.x - q.x, p.y - q.y));
    }
  }
  return worst;
}

TEST(FitGlobalMotion, FindsTheCameraThroughAnObjectThatItWasNotToldOf) {
  FlowField flow = FieldOf(kCamera, 200, 140);
  MoveRect(flow, {60, 30, 80, 70}, 6, -3);

  const Homography found = FitGlobalMotion(flow, Mask());

  EXPECT_LT(WorstCornerError(found, kCamera, flow.size()), 0.3);
}

TEST(FitGlobalMotion, LooksOnlyOutsideTheObjects) {
  FlowField flow = FieldOf(kCamera, 200, 140);
  const Rect most{0, 0, 200, 100};
  MoveRect(flow, most, 6, -3);
  Mask objects(200, 140);
  FillRect(objects, most);

  const Homography found = FitGlobalMotion(flow, objects);

  EXPECT_LT(WorstCornerError(found, kCamera, flow.size()), 0.3);
}

TEST(FitGlobalMotion, TakesTheMedianShiftWhenThereIsLittleToSee) {
  FlowField flow = FieldOf(Homography{{1, 0, 2.5, 0, 1, -1.5, 0, 0, 1}}, 64, 64);
  Mask objects(64, 64, 255);
  for (int y = 0; y < 64; ++y) std::fill_n(objects.MutableRow(y), 10, uint8_t{0});

  const Homography found = FitGlobalMotion(flow, objects);

  EXPECT_EQ(found.m, (std::array<double, 9>{1, 0, 2.5, 0, 1, -1.5, 0, 0, 1}));
}

TEST(FitGlobalMotion, IsTheIdentityWhenTheObjectFillsThePicture) {
  const FlowField flow = FieldOf(kCamera, 64, 64);

  EXPECT_EQ(FitGlobalMotion(flow, Mask(64, 64, 255)).m, Homography().m);
}

TEST(FitGlobalMotion, DoesNotBelieveAMapThatNoCameraMakes) {
  const FlowField collapse = FieldOf(Homography{{0.1, 0, 50, 0, 0.1, 40, 0, 0, 1}}, 120, 90);

  const Homography found = FitGlobalMotion(collapse, Mask());

  EXPECT_EQ(found.m[0], 1.0);
  EXPECT_EQ(found.m[4], 1.0);
}

TEST(FitGlobalMotion, RefusesAMaskOfAnotherSize) {
  EXPECT_THROW(FitGlobalMotion(FieldOf(kCamera, 64, 64), Mask(32, 64)), Error);
}

TEST(ResidualMotion, LeavesOnlyWhatTheObjectDoes) {
  FlowField flow = FieldOf(kCamera, 100, 80);
  MoveRect(flow, {40, 20, 20, 20}, 5, -2);

  const FlowField residual = ResidualMotion(flow, kCamera);

  EXPECT_NEAR(residual.At(50, 30)[0], 5, 1e-4);
  EXPECT_NEAR(residual.At(50, 30)[1], -2, 1e-4);
  EXPECT_NEAR(residual.At(5, 5)[0], 0, 1e-4);
  EXPECT_NEAR(residual.At(99, 79)[1], 0, 1e-4);
}

}  // namespace
}  // namespace tapmask
