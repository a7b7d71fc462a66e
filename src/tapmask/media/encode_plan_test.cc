// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/encode_plan.h"

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

using Model = PixelFormat::Model;

VideoInfo Source(const PixelFormat& format, Size size = {1920, 1080}) {
  VideoInfo info;
  info.format = format;
  info.pixel_format = "source";
  info.geometry.coded = size;
  info.time_base = {1, 30000};
  info.color = {Range::kLimited, 9, 16, 9, 1};
  return info;
}

TEST(PlanEncode, Codes8BitAsH264AndDeeperAsHevcMain10) {
  const EncodePlan shallow = PlanEncode(Source({Model::kYuv, 8, 1, 1}), {}, OutputContainer::kMp4);
  const EncodePlan deep = PlanEncode(Source({Model::kYuv, 10, 1, 1}), {}, OutputContainer::kMp4);

  EXPECT_EQ(shallow.codec, "h264");
  EXPECT_EQ(shallow.pixel_format, "yuv420p");
  EXPECT_TRUE(shallow.changed.empty());
  EXPECT_EQ(deep.codec, "hevc");
  EXPECT_EQ(deep.pixel_format, "yuv420p10le");
  EXPECT_TRUE(deep.hvc1);
  EXPECT_EQ(deep.color, (ColorInfo{Range::kLimited, 9, 16, 9, 1}));
  EXPECT_TRUE(deep.changed.empty());
}

TEST(PlanEncode, ReducesChromaUnlessAskedToKeepItAndSaysSo) {
  WriteOptions keep;
  keep.keep_chroma = true;
  const VideoInfo source = Source({Model::kYuv, 8, 1, 0});

  const EncodePlan reduced = PlanEncode(source, {}, OutputContainer::kMp4);
  const EncodePlan kept = PlanEncode(source, keep, OutputContainer::kMp4);

  EXPECT_EQ(reduced.pixel_format, "yuv420p");
  EXPECT_EQ(reduced.changed.size(), 1u);
  EXPECT_EQ(kept.pixel_format, "yuv422p");
  EXPECT_TRUE(kept.changed.empty());
}

TEST(PlanEncode, MakesOddSidesEvenOnlyWhereChromaAsksForIt) {
  const VideoInfo odd = Source({Model::kYuv, 8, 1, 1}, {321, 181});
  WriteOptions keep;
  keep.keep_chroma = true;
  const VideoInfo odd444 = Source({Model::kYuv, 8, 0, 0}, {321, 181});

  EXPECT_EQ(PlanEncode(odd, {}, OutputContainer::kMp4).size, (Size{322, 182}));
  EXPECT_EQ(PlanEncode(odd444, keep, OutputContainer::kMp4).size, (Size{321, 181}));
}

TEST(PlanEncode, NeverLosesASampleWhenLossless) {
  WriteOptions lossless;
  lossless.codec = OutputCodec::kLossless;
  for (const PixelFormat& format :
       {PixelFormat{Model::kYuv, 8, 1, 1}, PixelFormat{Model::kYuv, 8, 1, 0},
        PixelFormat{Model::kYuv, 10, 0, 0}, PixelFormat{Model::kYuv, 12, 1, 0},
        PixelFormat{Model::kGray, 8, 0, 0}, PixelFormat{Model::kRgb, 8, 0, 0},
        PixelFormat{Model::kYuv, 9, 1, 1}, PixelFormat{Model::kYuv, 8, 2, 0}}) {
    EXPECT_EQ(PlanEncode(Source(format), lossless, OutputContainer::kMkv).format, format);
  }
  EXPECT_THROW(PlanEncode(Source({Model::kYuv, 9, 1, 1}), lossless, OutputContainer::kMp4), Error);
}

TEST(PlanEncode, CountsTimeAsFinelyAsTheSource) {
  VideoInfo avi = Source({Model::kYuv, 8, 1, 1});
  avi.time_base = {33333, 1000000};

  const EncodePlan plan = PlanEncode(avi, {}, OutputContainer::kMp4);

  EXPECT_EQ(plan.time_base.num, 1);
  EXPECT_EQ(plan.time_base.den, 1000000);
  EXPECT_EQ(plan.ticks_per_source_tick, 33333);
}

TEST(PlanEncode, CodesInterlaced10BitAsH264SinceX265CannotInterlace) {
  VideoInfo interlaced = Source({Model::kYuv, 10, 1, 0});
  interlaced.field_order = FieldOrder::kTopFieldFirst;

  const EncodePlan plan = PlanEncode(interlaced, {}, OutputContainer::kMp4);

  EXPECT_EQ(plan.codec, "h264");
  EXPECT_TRUE(plan.interlaced);
  EXPECT_EQ(plan.changed.size(), 2u);  // The codec, and 4:2:2.
}

// It said nothing at all.
TEST(PlanEncode, SaysWhenThereIsNothingToDeinterlace) {
  VideoInfo source = Source({Model::kYuv, 8, 1, 1});
  WriteOptions options;
  options.deinterlace = true;

  const EncodePlan progressive = PlanEncode(source, options, OutputContainer::kMp4);
  const EncodePlan pictures = PlanEncode(source, options, OutputContainer::kPictures);
  source.field_order = FieldOrder::kTopFieldFirst;
  const EncodePlan interlaced = PlanEncode(source, options, OutputContainer::kMp4);

  EXPECT_EQ(progressive.warnings.size(), 1u);
  EXPECT_TRUE(progressive.deinterlace && !progressive.deinterlace_all && !progressive.interlaced);
  EXPECT_EQ(pictures.warnings.size(), 1u);
  EXPECT_TRUE(interlaced.warnings.empty());
  EXPECT_TRUE(interlaced.deinterlace_all);
  EXPECT_EQ(interlaced.changed.size(), 1u);
}

TEST(OutputContainerOf, KnowsTheSuffixes) {
  EXPECT_EQ(OutputContainerOf("a.MP4"), OutputContainer::kMp4);
  EXPECT_EQ(OutputContainerOf("a.mov"), OutputContainer::kMov);
  EXPECT_EQ(OutputContainerOf("a.mkv"), OutputContainer::kMkv);
  EXPECT_EQ(OutputContainerOf("a/%05d.png"), OutputContainer::kPictures);
  EXPECT_THROW(OutputContainerOf("a.avi"), Error);
  EXPECT_THROW(OutputContainerOf("a"), Error);
}

}  // namespace
}  // namespace tapmask
