// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/video_reader.h"

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/media/analysis_scaler.h"
#include "tapmask/media/backward_reader.h"
#include "tapmask/media/test_clips.h"

namespace tapmask {
namespace {

using Model = PixelFormat::Model;

Code Refusal(const std::filesystem::path& path, const ReadOptions& options) {
  try {
    VideoReader reader(path.string(), options);
    while (reader.Next()) {
    }
  } catch (const Error& error) {
    return error.code();
  }
  return Code::kInternal;
}

TEST(VideoReader, GivesTheDecodersSamplesInEveryFormat) {
  const TestFolder folder;
  for (const PixelFormat& format :
       {PixelFormat{Model::kYuv, 8, 1, 1}, PixelFormat{Model::kYuv, 10, 1, 1},
        PixelFormat{Model::kYuv, 8, 1, 0}, PixelFormat{Model::kYuv, 8, 0, 0},
        PixelFormat{Model::kYuv, 10, 1, 0}, PixelFormat{Model::kYuv, 10, 0, 0}}) {
    WriteTestClip(folder / "clip.mkv", 5, format);

    VideoReader reader((folder / "clip.mkv").string(), {});

    for (int i = 0; i < 5; ++i) {
      const auto frame = reader.Next();
      ASSERT_TRUE(frame);
      EXPECT_TRUE(SameSamples(*frame, TestFrame(i, format, 96, 64))) << i << " " << format.bits;
      EXPECT_EQ(frame->index, i);
    }
    EXPECT_FALSE(reader.Next());
    EXPECT_FALSE(reader.truncated());
  }
}

TEST(VideoReader, GivesTheSameFramesWithAnyNumberOfThreads) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 30);
  ReadOptions one, four;
  one.threads = 1;
  four.threads = 4;

  VideoReader a((folder / "clip.mp4").string(), one), b((folder / "clip.mp4").string(), four);

  int frames = 0;
  while (auto frame = a.Next()) {
    const auto other = b.Next();
    ASSERT_TRUE(other);
    EXPECT_TRUE(SameSamples(*frame, *other));
    EXPECT_EQ(frame->pts, other->pts);
    ++frames;
  }
  EXPECT_EQ(frames, 30);
}

TEST(VideoReader, RefusesWhatIsOverTheLimitsBeforeDecoding) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 30);
  ReadOptions small, brief, few;
  small.limits.max_long_side_px = 95;
  brief.limits.max_duration_seconds = 1;
  few.limits.max_frames = 29;

  EXPECT_EQ(Refusal(folder / "clip.mp4", small), Code::kTooLarge);
  EXPECT_EQ(Refusal(folder / "clip.mp4", brief), Code::kTooLarge);
  EXPECT_EQ(Refusal(folder / "clip.mp4", few), Code::kTooLarge);
  EXPECT_EQ(Refusal(folder / "clip.mp4", {}), Code::kInternal) << "must be accepted";
}

TEST(VideoReader, WorksAsFarAsACutOffFileDecodes) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 40);
  const std::string bytes = ReadBytes(folder / "clip.mp4");
  WriteBytes(folder / "clip.mp4", bytes.substr(0, bytes.size() * 6 / 10));

  VideoReader reader((folder / "clip.mp4").string(), {});
  int frames = 0;
  while (reader.Next()) ++frames;

  EXPECT_GT(frames, 5);
  EXPECT_LT(frames, 40);
  EXPECT_TRUE(reader.truncated());
  Notices notices;
  reader.AddNotices(notices);
  EXPECT_FALSE(notices.warnings.empty());
}

TEST(VideoReader, SaysWhichStreamIsNone) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 2);
  ReadOptions options;
  options.video_stream = 3;

  EXPECT_EQ(Refusal(folder / "clip.mp4", options), Code::kInvalidArgument);
}

std::vector<BgrImage> Forwards(const std::string& path, FrameTimes& times) {
  VideoReader reader(path, {});
  AnalysisScaler scaler(reader.info().geometry, reader.info().color);
  std::vector<BgrImage> images;
  while (auto frame = reader.Next()) images.push_back(scaler.Scale(*frame));
  times = reader.times();
  return images;
}

void ExpectBackwardsEqualsForwards(const std::string& path, int64_t memory_bytes) {
  const TestFolder scratch;
  FrameTimes times;
  const std::vector<BgrImage> forwards = Forwards(path, times);
  const auto end = static_cast<int64_t>(forwards.size());

  BackwardReader reader(path,
                        {.read = {},
                         .begin = 0,
                         .end = end,
                         .scratch_folder = scratch.path(),
                         .memory_bytes = memory_bytes},
                        times);

  for (int64_t i = end - 1; i >= 0; --i) {
    const auto item = reader.Next();
    ASSERT_TRUE(item);
    EXPECT_EQ(item->index, i);
    EXPECT_EQ(item->pts, times.pts[static_cast<size_t>(i)]);
    EXPECT_TRUE(item->image.SameSamples(forwards[static_cast<size_t>(i)])) << i;
  }
  EXPECT_FALSE(reader.Next());
}

TEST(BackwardReader, GivesTheSameFramesAsForwards) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 60);

  ExpectBackwardsEqualsForwards((folder / "clip.mp4").string(), 128 << 20);
}

TEST(BackwardReader, GivesTheSameFramesFromTheScratchFile) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mkv", 60);

  ExpectBackwardsEqualsForwards((folder / "clip.mkv").string(), 5 * 96 * 64 * 3);
}

TEST(BackwardReader, GivesASpanOnly) {
  const TestFolder folder;
  const TestFolder scratch;
  WriteTestClip(folder / "clip.mp4", 40);
  FrameTimes times;
  const auto forwards = Forwards((folder / "clip.mp4").string(), times);

  BackwardReader reader((folder / "clip.mp4").string(),
                        {.read = {}, .begin = 7, .end = 12, .scratch_folder = scratch.path()},
                        times);

  for (int64_t i = 11; i >= 7; --i) {
    const auto item = reader.Next();
    ASSERT_TRUE(item);
    EXPECT_TRUE(item->image.SameSamples(forwards[static_cast<size_t>(i)]));
  }
  EXPECT_FALSE(reader.Next());
}

TEST(AnalysisScaler, TurnsThePictureUprightWithSquarePixels) {
  const FrameGeometry geometry{{1280, 960}, 1, {1, 1}};
  EXPECT_EQ(AnalysisSize(geometry), (Size{480, 640}));
  const FrameGeometry wide{{340, 256}, 0, {64, 51}};
  EXPECT_EQ(AnalysisSize(wide), (Size{427, 256}));

  Frame frame = Frame::Allocate({Model::kGray, 8, 0, 0}, 40, 20);
  for (int y = 0; y < 20; ++y) std::fill_n(frame.MutableRow<uint8_t>(0, y), 20, uint8_t{200});
  AnalysisScaler scaler({{40, 20}, 1, {1, 1}}, {});
  const BgrImage image = scaler.Scale(frame);

  // Its left half is bright; turned clockwise that is the upper half.
  EXPECT_EQ(image.size(), (Size{20, 40}));
  EXPECT_GT(image.Row(5)[3 * 10], 150);
  EXPECT_LT(image.Row(35)[3 * 10], 50);
}

}  // namespace
}  // namespace tapmask
