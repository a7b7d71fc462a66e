// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/proxy_writer.h"

#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/media/poster.h"
#include "tapmask/media/test_clips.h"
#include "tapmask/media/video_reader.h"

namespace tapmask {
namespace {

using Model = PixelFormat::Model;

const PixelFormat kYuv8{Model::kYuv, 8, 1, 1};

double MeanLuma(const Frame& frame) {
  double sum = 0;
  for (int y = 0; y < frame.height(); ++y) {
    for (int x = 0; x < frame.width(); ++x) sum += frame.Row<uint8_t>(0, y)[x];
  }
  return sum / frame.width() / frame.height();
}

// Makes proxies of frames that a test says.
class ProxyWriterTest : public testing::Test {
 protected:
  // The facts of a source of these frames, which are nowhere but in memory.
  static VideoInfo Source(const PixelFormat& format, int width, int height) {
    VideoInfo info;
    info.container = "mov";
    info.format = format;
    info.geometry.coded = {width, height};
    info.time_base = {1, 25};
    info.color = {Range::kLimited, 1, 1, 1, 1};
    return info;
  }

  void Write(const VideoInfo& source, const std::vector<Frame>& frames) {
    ProxyWriter writer(proxy_, folder_ / "poster1.jpg", "unused.mp4", {}, source);
    for (const Frame& frame : frames) writer.Write(frame);
    writer.Finish();
    writer.Commit();
  }

  static std::vector<Frame> TestFrames(int count, const PixelFormat& format, int width,
                                       int height) {
    std::vector<Frame> frames;
    for (int i = 0; i < count; ++i) {
      frames.push_back(TestFrame(i, format, width, height));
      frames.back().duration = 1;
    }
    return frames;
  }

  static Frame Flat(const PixelFormat& format, int luma) {
    Frame frame = Frame::Allocate(format, 64, 64);
    for (int plane = 0; plane < format.planes(); ++plane) {
      const int value = plane == 0 ? luma : 1 << (format.bits - 1);
      for (int y = 0; y < frame.PlaneHeight(plane); ++y) {
        for (int x = 0; x < frame.PlaneWidth(plane); ++x) {
          if (format.bits == 8) {
            frame.MutableRow<uint8_t>(plane, y)[x] = static_cast<uint8_t>(value);
          } else {
            frame.MutableRow<uint16_t>(plane, y)[x] = static_cast<uint16_t>(value);
          }
        }
      }
    }
    return frame;
  }

  Frame First() const { return *VideoReader(proxy_, {}).Next(); }

  const TestFolder folder_;
  const std::filesystem::path proxy_ = folder_ / "proxy.mp4";
};

TEST(ProxySize, FitsTheShownPictureAndNeverEnlarges) {
  EXPECT_EQ(ProxySize({{1920, 1080}, 0, {1, 1}}), (Size{1280, 720}));
  EXPECT_EQ(ProxySize({{1920, 1080}, 1, {1, 1}}), (Size{720, 1280}));
  EXPECT_EQ(ProxySize({{3840, 1600}, 0, {1, 1}}), (Size{1280, 532}));
  EXPECT_EQ(ProxySize({{35, 21}, 0, {1, 1}}), (Size{34, 20}));
  EXPECT_EQ(ProxySize({{1, 1}, 0, {1, 1}}), (Size{2, 2}));
  EXPECT_EQ(ProxySize({{720, 576}, 0, {64, 45}}), (Size{1024, 576}));
  EXPECT_EQ(ProxySize({{8192, 16}, 0, {1, 1}}), (Size{1280, 2}));
}

TEST_F(ProxyWriterTest, HasEveryFrameAtItsTimeFromZeroOn) {
  VideoInfo source = Source(kYuv8, 96, 64);
  source.time_base = {1, 90000};
  std::vector<Frame> frames = TestFrames(60, kYuv8, 96, 64);
  int64_t pts = -700;
  for (size_t i = 0; i < frames.size(); ++i) {
    frames[i].pts = pts;
    frames[i].duration = i % 7 == 3 ? 10007 : 3001;  // Now and then a frame stands longer.
    pts += frames[i].duration;
  }

  Write(source, frames);

  VideoReader reader(proxy_, {});
  EXPECT_EQ(reader.info().time_base, source.time_base);
  EXPECT_EQ(reader.info().codec, "h264");
  EXPECT_EQ(reader.info().pixel_format, "yuv420p");
  EXPECT_EQ(reader.info().color, (ColorInfo{Range::kLimited, 1, 1, 1, 1}));
  EXPECT_EQ(reader.info().start_seconds, 0);
  int64_t last_key = 0;
  for (size_t i = 0; i < frames.size(); ++i) {
    const auto frame = reader.Next();
    ASSERT_TRUE(frame) << i;
    EXPECT_EQ(frame->pts, frames[i].pts + 700) << i;
    EXPECT_EQ(frame->duration, frames[i].duration) << i;
    if (reader.times().key.back()) last_key = frame->pts;
    EXPECT_LE(frame->pts + frame->duration - last_key, 90000) << i;
    EXPECT_NEAR(MeanLuma(*frame), MeanLuma(frames[i]), 2) << i;
  }
  EXPECT_FALSE(reader.Next());
}

TEST_F(ProxyWriterTest, HasItsIndexInFront) {
  Write(Source(kYuv8, 96, 64), TestFrames(5, kYuv8, 96, 64));

  const std::string bytes = ReadBytes(proxy_);
  EXPECT_LT(bytes.find("moov"), bytes.find("mdat"));
}

TEST_F(ProxyWriterTest, TakesEveryKindOfSamples) {
  for (const PixelFormat& format :
       {PixelFormat{Model::kYuv, 8, 0, 0}, PixelFormat{Model::kYuv, 10, 1, 1},
        PixelFormat{Model::kYuv, 12, 1, 0}, PixelFormat{Model::kGray, 8, 0, 0},
        PixelFormat{Model::kGray, 10, 0, 0}, PixelFormat{Model::kRgb, 8, 0, 0}}) {
    Write(Source(format, 35, 21), TestFrames(3, format, 35, 21));

    const Frame frame = First();
    EXPECT_EQ(frame.size(), (Size{34, 20}));
    EXPECT_EQ(frame.format(), kYuv8);
  }
}

TEST_F(ProxyWriterTest, KeepsBrightnessInBothRangesAndDepths) {
  for (const auto& [format, range, luma] :
       {std::tuple(kYuv8, Range::kLimited, 126), std::tuple(kYuv8, Range::kFull, 128),
        std::tuple(PixelFormat{Model::kYuv, 10, 1, 1}, Range::kLimited, 504),
        std::tuple(PixelFormat{Model::kGray, 8, 0, 0}, Range::kLimited, 126),
        std::tuple(PixelFormat{Model::kGray, 8, 0, 0}, Range::kFull, 128)}) {
    VideoInfo source = Source(format, 64, 64);
    source.color.range = range;

    Write(source, {Flat(format, luma)});

    EXPECT_NEAR(MeanLuma(First()), 126, 2) << format.bits;
  }
}

TEST_F(ProxyWriterTest, TurnsThePictureUpright) {
  Frame frame = Frame::Allocate({Model::kGray, 8, 0, 0}, 64, 32);
  for (int y = 0; y < 32; ++y) std::fill_n(frame.MutableRow<uint8_t>(0, y), 32, uint8_t{200});
  for (const auto& [turns, x, y] : {std::tuple(1, 16, 10), std::tuple(2, 54, 16),
                                    std::tuple(3, 16, 54), std::tuple(0, 10, 16)}) {
    VideoInfo source = Source(frame.format(), 64, 32);
    source.geometry.quarter_turns = turns;

    Write(source, {frame});

    const Frame shown = First();
    EXPECT_EQ(shown.size(), turns % 2 ? (Size{32, 64}) : (Size{64, 32}));
    EXPECT_GT(shown.Row<uint8_t>(0, y)[x], 150) << turns;
    EXPECT_LT(shown.Row<uint8_t>(0, shown.height() - 1 - y)[shown.width() - 1 - x], 60) << turns;
  }
}

TEST_F(ProxyWriterTest, BendsHdrWithoutLosingItsSteps) {
  const PixelFormat deep{Model::kYuv, 10, 1, 1};
  for (const int transfer : {16, 18}) {
    VideoInfo source = Source(deep, 64, 64);
    source.color = {Range::kLimited, 9, transfer, 9, 1};
    std::vector<Frame> frames;
    for (int i = 0; i < 6; ++i) {
      frames.push_back(Flat(deep, 200 + 100 * i));
      frames.back().pts = i;
      frames.back().duration = 1;
    }

    Write(source, frames);

    VideoReader reader(proxy_, {});
    double before = 0;
    for (int i = 0; i < 6; ++i) {
      const double luma = MeanLuma(*reader.Next());
      EXPECT_GT(luma, before + 2) << transfer << " " << i;
      before = luma;
    }
    EXPECT_GT(before, 150);
  }
}

TEST_F(ProxyWriterTest, MakesInterlacedFramesWhole) {
  VideoInfo source = Source(kYuv8, 96, 64);
  source.field_order = FieldOrder::kTopFieldFirst;
  std::vector<Frame> frames = TestFrames(8, kYuv8, 96, 64);
  for (Frame& frame : frames) {
    frame.field_order = FieldOrder::kTopFieldFirst;
    // A comb, as of something bright that moves.
    for (int y = 0; y < 64; y += 2) std::fill_n(frame.MutableRow<uint8_t>(0, y), 96, uint8_t{230});
    for (int y = 1; y < 64; y += 2) std::fill_n(frame.MutableRow<uint8_t>(0, y), 96, uint8_t{30});
  }
  // Still combs are texture; this one swaps its lines with each frame.
  for (size_t i = 1; i < frames.size(); i += 2) {
    for (int y = 0; y < 64; ++y) {
      std::fill_n(frames[i].MutableRow<uint8_t>(0, y), 96, uint8_t(y % 2 ? 230 : 30));
    }
  }

  Write(source, frames);

  VideoReader reader(proxy_, {});
  int64_t count = 0;
  while (const auto frame = reader.Next()) {
    EXPECT_EQ(frame->pts, count++);
    EXPECT_EQ(frame->field_order, FieldOrder::kProgressive);
  }
  EXPECT_EQ(count, 8);
}

TEST_F(ProxyWriterTest, LeavesNothingWithoutCommit) {
  {
    ProxyWriter writer(proxy_, folder_ / "poster.jpg", "unused.mp4", {}, Source(kYuv8, 96, 64));
    for (const Frame& frame : TestFrames(3, kYuv8, 96, 64)) writer.Write(frame);
    writer.Finish();
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(ProxyWriterTest, ChoosesAPosterThatIsNotBlack) {
  std::vector<Frame> frames(40, Flat(kYuv8, 16));
  frames[8] = TestFrame(8, kYuv8, 64, 64);
  for (size_t i = 0; i < frames.size(); ++i) {
    frames[i].pts = static_cast<int64_t>(i);
    frames[i].duration = 1;
  }

  Write(Source(kYuv8, 64, 64), frames);

  VideoReader poster(folder_ / "poster%d.jpg", {});
  EXPECT_EQ(poster.info().geometry.coded, (Size{64, 64}));
  EXPECT_GT(MeanLuma(*poster.Next()), 60);
  const std::string bytes = ReadBytes(folder_ / "poster1.jpg");
  EXPECT_EQ(bytes.find("Lavc"), std::string::npos) << "no metadata";
}

TEST(PosterPicker, LikesTheFrameAtATenth) {
  PosterPicker picker(100);
  for (int i = 0; i < 100; ++i) picker.Look(TestFrame(i, kYuv8, 64, 64));

  EXPECT_EQ(picker.frame().index, 10);
}

TEST(PosterPicker, TakesABlackFrameWhenThereIsNoOther) {
  PosterPicker picker(0);
  picker.Look(Frame::Allocate(kYuv8, 64, 64));

  EXPECT_FALSE(picker.frame().Empty());
}

}  // namespace
}  // namespace tapmask
