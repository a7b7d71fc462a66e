// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/frame_finder.h"

#include <array>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/media/analysis_scaler.h"
#include "tapmask/media/test_clips.h"
#include "tapmask/media/video_reader.h"

namespace tapmask {
namespace {

// Longer than the encoder's longest group of pictures, so there are several.
constexpr int kFrames = 520;

std::vector<FrameFinder::Item> Forwards(const std::filesystem::path& path,
                                        const ReadOptions& read = {}) {
  VideoReader reader(path, read);
  AnalysisScaler scaler(reader.info().geometry, reader.info().color);
  std::vector<FrameFinder::Item> items;
  while (const auto frame = reader.Next()) {
    items.push_back({frame->index, frame->pts, scaler.Scale(*frame)});
  }
  return items;
}

void ExpectFrames(FrameFinder& finder, int64_t begin, int64_t end,
                  const std::vector<FrameFinder::Item>& all) {
  const auto items = finder.Read(begin, end, {});
  ASSERT_EQ(static_cast<int64_t>(items.size()),
            std::max<int64_t>(0, std::min(end, static_cast<int64_t>(all.size())) - begin));
  for (const FrameFinder::Item& item : items) {
    const FrameFinder::Item& expected = all[static_cast<size_t>(begin)];
    EXPECT_EQ(item.index, begin);
    EXPECT_EQ(item.pts, expected.pts);
    EXPECT_TRUE(item.image.SameSamples(expected.image)) << begin;
    ++begin;
  }
}

// Backwards, forwards, over the end, within a group of pictures and across.
void ExpectFramesInAnyOrder(FrameFinder& finder, const std::vector<FrameFinder::Item>& all) {
  constexpr std::array<int64_t, 11> kBegins{300, 10, 299, 303, 304, 260, 515, 0, 249, 252, 600};
  for (const int64_t begin : kBegins) ExpectFrames(finder, begin, begin + 7, all);
}

TEST(FrameFinder, GivesTheFramesOfForwardsReadingInAnyOrder) {
  const TestFolder folder;
  for (const char* name : {"clip.mp4", "clip.mkv"}) {
    const auto path = folder / name;
    WriteTestClip(path, kFrames, {PixelFormat::Model::kYuv, 8, 1, 1}, 48, 32);
    const auto all = Forwards(path);
    ASSERT_EQ(all.size(), size_t{kFrames});

    FrameFinder seeks(path, {{}, kFrames}), decodes(path, {{}, {}}), is_lied_to(path, {{}, 519});

    EXPECT_NE(seeks.KnownTimes(), nullptr);
    EXPECT_EQ(decodes.KnownTimes(), nullptr);
    EXPECT_EQ(is_lied_to.KnownTimes(), nullptr);
    for (FrameFinder* finder : {&seeks, &decodes, &is_lied_to}) {
      ExpectFramesInAnyOrder(*finder, all);
    }
  }
}

TEST(FrameFinder, GivesFewerAtTheEnd) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 3);
  FrameFinder finder(folder / "clip.mp4", {{}, 3});

  EXPECT_EQ(finder.Read(2, 9, {}).size(), 1u);
  EXPECT_TRUE(finder.Read(3, 9, {}).empty());
}

TEST(FrameFinder, WorksAsFarAsACutOffFileDecodes) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", kFrames, {PixelFormat::Model::kYuv, 8, 1, 1}, 48, 32);
  const std::string bytes = ReadBytes(folder / "clip.mp4");
  WriteBytes(folder / "clip.mp4", bytes.substr(0, bytes.size() * 7 / 10));
  const auto all = Forwards(folder / "clip.mp4");
  const auto frames = static_cast<int64_t>(all.size());
  ASSERT_GT(frames, 100);
  ASSERT_LT(frames, kFrames);

  for (const std::optional<int64_t> known : {std::optional<int64_t>(frames), {}}) {
    FrameFinder finder(folder / "clip.mp4", {{}, known});
    for (const int64_t begin : {frames - 5, int64_t{50}, frames - 3}) {
      ExpectFrames(finder, begin, begin + 7, all);
    }
  }
}

// What a decoder shows after damage depends on where it began to read.
TEST(FrameFinder, GivesTheFramesOfForwardsReadingAlsoWhereTheFileIsDamaged) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", kFrames, {PixelFormat::Model::kYuv, 8, 1, 1}, 48, 32);
  std::string bytes = ReadBytes(folder / "clip.mp4");
  const size_t mdat = bytes.find("mdat");
  for (const double place : {0.3, 0.31, 0.62, 0.9}) {
    const auto at = mdat + static_cast<size_t>(place * static_cast<double>(bytes.size() - mdat));
    for (size_t i = 0; i < 40; ++i) bytes[at + i] ^= 0x55;
  }
  WriteBytes(folder / "clip.mp4", bytes);
  ReadOptions read;
  read.threads = 1;
  const auto all = Forwards(folder / "clip.mp4", read);

  for (const std::optional<int64_t> known :
       {std::optional(static_cast<int64_t>(all.size())), std::optional<int64_t>()}) {
    FrameFinder warm(folder / "clip.mp4", {read, known});
    for (const int64_t begin : {480, 140, 160, 170, 330, 335, 20, 510}) {
      ExpectFrames(warm, begin, begin + 7, all);
      FrameFinder cold(folder / "clip.mp4", {read, known});
      ExpectFrames(cold, begin, begin + 7, all);
    }
  }
}

TEST(FrameFinder, StopsWhenAsked) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 20);
  FrameFinder finder(folder / "clip.mp4", {});
  std::stop_source stop;
  stop.request_stop();

  EXPECT_THROW(finder.Read(10, 12, stop.get_token()), Error);

  EXPECT_EQ(finder.Read(10, 12, {}).size(), 2u) << "it can be used on";
}

}  // namespace
}  // namespace tapmask
