// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/frame.h"

#include <gtest/gtest.h>

namespace tapmask {
namespace {

TEST(Frame, RoundsSubsampledPlanesUp) {
  const Frame frame = Frame::Allocate({PixelFormat::Model::kYuv, 8, 1, 1}, 5, 7);

  EXPECT_EQ(frame.PlaneWidth(1), 3);
  EXPECT_EQ(frame.PlaneHeight(2), 4);
}

TEST(Frame, CopiesSamplesOnlyWhenWritten) {
  Frame frame = Frame::Allocate({PixelFormat::Model::kGray, 8, 0, 0}, 4, 4);
  frame.MutableRow<uint8_t>(0, 1)[2] = 9;
  Frame copy = frame;
  EXPECT_EQ(copy.Data(0), frame.Data(0));

  copy.MutableRow<uint8_t>(0, 1)[2] = 7;

  EXPECT_EQ(frame.Row<uint8_t>(0, 1)[2], 9);
  EXPECT_EQ(copy.Row<uint8_t>(0, 1)[2], 7);
  EXPECT_FALSE(SameSamples(frame, copy));
}

TEST(Frame, LeavesForeignSamplesAlone) {
  std::vector<uint16_t> samples(8, 500);
  const auto* bytes = reinterpret_cast<const uint8_t*>(samples.data());
  Frame frame = Frame::Wrap({PixelFormat::Model::kGray, 10, 0, 0}, 4, 2, {{{bytes, 8}}},
                            std::make_shared<int>(0));

  frame.MutableRow<uint16_t>(0, 1)[3] = 1;

  EXPECT_EQ(samples[7], 500);
  EXPECT_EQ(frame.Row<uint16_t>(0, 1)[3], 1);
  EXPECT_EQ(frame.Row<uint16_t>(0, 0)[0], 500);
}

}  // namespace
}  // namespace tapmask
