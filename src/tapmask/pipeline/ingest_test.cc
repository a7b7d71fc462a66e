// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/ingest.h"

#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/media/made_video_writer.h"
#include "tapmask/media/output_writer.h"
#include "tapmask/media/packet_times.h"
#include "tapmask/media/video_reader.h"
#include "tapmask/pipeline/scratch.h"
#include "tapmask/pipeline/test_files.h"
#include "tapmask/scene/scene.h"

namespace tapmask {
namespace {

constexpr int kIngestFrames = 40;

void WriteBytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class IngestTest : public testing::Test {
 protected:
  std::filesystem::path MakeFilm(const std::string& name) {
    SceneOptions options;
    options.width = 128;
    options.height = 96;
    options.frames = kIngestFrames;
    const Scene scene(options);
    MadeVideoWriter writer(folder_.folder() / name, {128, 96}, {}, {25, 1}, name.ends_with(".mkv"));
    for (int i = 0; i < kIngestFrames; ++i) writer.Write(YuvFromBgr(scene.Render(i).image));
    writer.Finish();
    return folder_.folder() / name;
  }

  IngestResult Run(const InputName& input, const ReadOptions& read = {},
                   const ProgressSink& progress = test::kNoProgress, std::stop_token stop = {}) {
    return Ingest(input, read, proxy_, poster_, progress, std::move(stop));
  }

  // The frames of a film anew, at other times of another time base.
  std::filesystem::path Retimed(const std::filesystem::path& film, const std::string& name,
                                Rational time_base, const std::vector<int64_t>& pts,
                                int64_t last_duration, OutputCodec codec = OutputCodec::kH264) {
    VideoReader reader(film, {});
    VideoInfo info = reader.info();
    info.time_base = time_base;
    WriteOptions write;
    write.codec = codec;
    Notices notices;
    const std::filesystem::path path = folder_.folder() / name;
    const auto writer = OpenOutput(path.string(), film, {}, write, info, notices);
    for (size_t i = 0; i < pts.size(); ++i) {
      Frame frame = *reader.Next();
      frame.pts = pts[i];
      frame.duration = i + 1 < pts.size() ? pts[i + 1] - pts[i] : last_duration;
      writer->Write(frame);
    }
    writer->Finish();
    writer->Commit();
    return path;
  }

  // Of each frame, as the page reckons it. Holds them against what a player finds in the proxy.
  std::vector<int64_t> TimesOf(const IngestResult& facts) {
    std::vector<int64_t> times;
    int64_t time = 0;
    for (const FrameDurations::Run& run : facts.durations.runs) {
      EXPECT_TRUE(run.frames >= 1 && run.ticks >= 1) << run.frames << ' ' << run.ticks;
      for (int64_t i = 0; i < run.frames; ++i, time += run.ticks) times.push_back(time);
    }
    const std::optional<FrameTimes> proxy = TimesOfPackets(proxy_, {}, {});
    EXPECT_TRUE(proxy);
    if (proxy) {
      EXPECT_EQ(times, proxy->pts);
    }
    const VideoInfo info = VideoReader(proxy_, {}).info();
    EXPECT_EQ(info.time_base, (Rational{1, facts.durations.timescale}));
    EXPECT_EQ(info.start_seconds, 0);
    EXPECT_NEAR(static_cast<double>(time) / static_cast<double>(facts.durations.timescale),
                info.duration_seconds, 1e-6);
    EXPECT_EQ(times.size(), static_cast<size_t>(facts.frames));
    return times;
  }

  Code Refusal(const InputName& input, const ReadOptions& read = {}) {
    try {
      Run(input, read);
    } catch (const Error& error) {
      EXPECT_FALSE(std::filesystem::exists(proxy_));
      EXPECT_FALSE(std::filesystem::exists(poster_));
      return error.code();
    }
    ADD_FAILURE() << "not refused";
    return Code::kInternal;
  }

  size_t FilesThere() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder_.folder()),
                                             std::filesystem::directory_iterator()));
  }

  const Scratch folder_{{}};
  const std::filesystem::path proxy_ = folder_.folder() / "proxy.mp4";
  const std::filesystem::path poster_ = folder_.folder() / "poster.jpg";
};

TEST_F(IngestTest, FindsTheFactsAndMakesProxyAndPoster) {
  const auto film = MakeFilm("film.mp4");

  const IngestResult facts = Run(film);

  EXPECT_EQ(facts.format, "mp4");
  EXPECT_NEAR(facts.duration_seconds, 1.6, 1e-6);
  EXPECT_EQ(facts.width, 128);
  EXPECT_EQ(facts.height, 96);
  EXPECT_NEAR(facts.frame_rate, 25, 1e-6);
  EXPECT_EQ(facts.frames, kIngestFrames);
  EXPECT_EQ(facts.rotation, 0);
  EXPECT_EQ(facts.codec, "h264");
  EXPECT_FALSE(facts.has_audio);
  EXPECT_FALSE(facts.truncated);
  VideoReader reader(proxy_, {});
  int64_t frames = 0;
  while (reader.Next()) ++frames;
  EXPECT_EQ(frames, kIngestFrames);
  EXPECT_EQ(reader.info().geometry.coded, (Size{facts.proxy_width, facts.proxy_height}));
  EXPECT_EQ(test::ReadBytes(poster_).substr(0, 2), "\xff\xd8");
}

using OneRun = FrameDurations::Run;
using Runs = std::vector<OneRun>;

TEST_F(IngestTest, SaysWhenEachFrameIsShownOfASteadyFilm) {
  const IngestResult facts = Run(MakeFilm("film.mp4"));

  EXPECT_EQ(facts.durations.timescale, 25);
  EXPECT_EQ(facts.durations.runs, (Runs{{kIngestFrames, 1}}));
  TimesOf(facts);
}

// It begins late, stands still for a while, and its last frame stands longest.
TEST_F(IngestTest, SaysWhenEachFrameIsShownOfAFilmOfVaryingRate) {
  std::vector<int64_t> pts;
  int64_t time = 4711;
  for (int i = 0; i < kIngestFrames; ++i) {
    pts.push_back(time);
    time += i < 10 ? 3003 : i == 10 ? 90000 : 1 + i * 7 % 5;
  }
  const auto film =
      Retimed(MakeFilm("film.mp4"), "varying.mp4", {1, 90000}, pts, 123456, OutputCodec::kLossless);

  const IngestResult facts = Run(film);

  EXPECT_EQ(facts.durations.timescale, 90000);
  EXPECT_EQ(facts.durations.runs.front(), (OneRun{10, 3003}));
  EXPECT_EQ(facts.durations.runs.at(1), (OneRun{1, 90000}));
  EXPECT_EQ(facts.durations.runs.back().frames, 1);
  EXPECT_GT(facts.durations.runs.back().ticks, 90000);
  const std::vector<int64_t> times = TimesOf(facts);
  ASSERT_EQ(times.size(), pts.size());
  for (size_t i = 0; i < pts.size(); ++i) EXPECT_EQ(times[i], pts[i] - pts[0]) << i;
}

// Files whose frames are coded in another order say little of the last one that is shown.
TEST_F(IngestTest, ShowsALastFrameOfUnknownLengthAsLongAsTheOthers) {
  std::vector<int64_t> pts;
  for (int i = 0; i < kIngestFrames; ++i) pts.push_back(i * 3000 + i % 3 * 500);
  const auto film = Retimed(MakeFilm("film.mp4"), "varying.mp4", {1, 90000}, pts, 0);

  const IngestResult facts = Run(film);

  EXPECT_EQ(facts.durations.runs.back(), (OneRun{1, pts.back() / (kIngestFrames - 1)}));
  TimesOf(facts);
  EXPECT_NEAR(facts.duration_seconds,
              static_cast<double>(pts.back()) * kIngestFrames / (kIngestFrames - 1) / 90000, 1e-4);
}

// Frames that the file has at one time are moved apart, in the proxy and here alike.
TEST_F(IngestTest, SaysWhenFramesAreShownThatHadToMove) {
  std::vector<int64_t> pts;
  for (int i = 0; i < kIngestFrames; ++i) pts.push_back(i * 4000 - i % 4 * 3990);
  const auto film = Retimed(MakeFilm("film.mp4"), "film.mkv", {1, 100'000}, pts, 40);  // As ms.
  VideoReader reader(film, {});
  while (reader.Next()) {
  }
  ASSERT_FALSE(reader.moved_frames().empty());

  const IngestResult facts = Run(film);

  EXPECT_EQ(facts.durations.timescale, 1000);
  EXPECT_EQ(TimesOf(facts), reader.times().pts);
}

TEST_F(IngestTest, CountsInWholeFractionsOfASecond) {
  VideoReader reader(MakeFilm("film.mp4"), {});
  Notices notices;
  const std::string pictures = (folder_.folder() / "%02d.png").string();
  const auto writer =
      OpenOutput(pictures, folder_.folder() / "film.mp4", {}, {}, reader.info(), notices);
  for (int i = 0; i < 5; ++i) writer->Write(*reader.Next());
  writer->Finish();
  writer->Commit();
  ReadOptions ntsc;
  ntsc.pictures_per_second = {30000, 1001};

  const IngestResult facts = Run(InputName(pictures), ntsc);

  EXPECT_EQ(facts.durations.timescale, 30000);
  EXPECT_EQ(facts.durations.runs, (Runs{{5, 1001}}));
  TimesOf(facts);
}

TEST_F(IngestTest, TellsFormatsByTheirContent) {
  std::filesystem::rename(MakeFilm("film.mkv"), folder_.folder() / "matroska.mp4");
  std::filesystem::rename(MakeFilm("film.mov"), folder_.folder() / "quicktime.mp4");

  EXPECT_EQ(Run(folder_.folder() / "matroska.mp4").format, "mkv");
  EXPECT_EQ(Run(folder_.folder() / "quicktime.mp4").format, "mov");
}

TEST_F(IngestTest, ReadsADescriptor) {
  const int descriptor = open(MakeFilm("film.mp4").c_str(), O_RDONLY | O_CLOEXEC);

  EXPECT_EQ(Run(InputName::OfDescriptor(descriptor, "original.mp4")).frames, kIngestFrames);

  EXPECT_EQ(close(descriptor), 0) << "it was left open";
}

TEST_F(IngestTest, WorksAsFarAsACutOffFileDecodes) {
  const auto film = MakeFilm("film.mp4");
  const std::string bytes = test::ReadBytes(film);
  WriteBytes(film, bytes.substr(0, bytes.size() * 6 / 10));

  const IngestResult facts = Run(film);

  EXPECT_TRUE(facts.truncated);
  EXPECT_GT(facts.frames, 5);
  EXPECT_LT(facts.frames, kIngestFrames);
  VideoReader reader(proxy_, {});
  int64_t frames = 0;
  while (reader.Next()) ++frames;
  EXPECT_EQ(frames, facts.frames);
}

TEST_F(IngestTest, RefusesWhatTheFileSaysIsTooLarge) {
  const auto film = MakeFilm("film.mp4");
  ReadOptions brief, small;
  brief.limits.max_duration_seconds = 1;
  small.limits.max_long_side_px = 100;

  EXPECT_EQ(Refusal(film, brief), Code::kTooLarge);
  EXPECT_EQ(Refusal(film, small), Code::kTooLarge);
}

// The file says that it is 0.04 s long.
TEST_F(IngestTest, StopsWhereDecodingShowsThatItIsTooLarge) {
  const auto film = MakeFilm("film.mkv");
  std::string bytes = test::ReadBytes(film);
  const size_t duration = bytes.find("\x44\x89\x88");
  ASSERT_NE(duration, std::string::npos);
  std::memcpy(bytes.data() + duration + 3, "\x40\x44\0\0\0\0\0\0", 8);  // 40.0, in milliseconds.
  WriteBytes(film, bytes);
  ReadOptions few, brief;
  few.limits.max_frames = 20;
  brief.limits.max_duration_seconds = 1;
  int64_t last = 0;
  const ProgressSink note = [&](const Progress& progress) { last = progress.frames_done; };

  EXPECT_EQ(Run(film).frames, kIngestFrames) << "within the limits it is taken";
  std::filesystem::remove(proxy_);
  std::filesystem::remove(poster_);
  EXPECT_EQ(Refusal(film, brief), Code::kTooLarge);
  EXPECT_THROW(Run(film, few, note), Error);
  EXPECT_EQ(last, 20);
  EXPECT_EQ(FilesThere(), 1u);
}

TEST_F(IngestTest, RefusesWhatIsNoVideo) {
  WriteBytes(folder_.folder() / "list.mp4", "ffconcat version 1.0\nfile other.mp4\n");
  WriteBytes(folder_.folder() / "empty.mp4", "");

  EXPECT_EQ(Refusal(folder_.folder() / "list.mp4"), Code::kUnsupportedMedia);
  EXPECT_EQ(Refusal(folder_.folder() / "empty.mp4"), Code::kUnsupportedMedia);
  EXPECT_EQ(Refusal(folder_.folder() / "none.mp4"), Code::kNotFound);
  EXPECT_EQ(FilesThere(), 2u);
}

TEST_F(IngestTest, LeavesNothingWhenCancelled) {
  const auto film = MakeFilm("film.mp4");
  std::stop_source stop;
  const ProgressSink cancel = [&](const Progress& progress) {
    if (progress.frames_done == 10) stop.request_stop();
  };

  try {
    Run(film, {}, cancel, stop.get_token());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kCancelled);
  }

  EXPECT_EQ(FilesThere(), 1u);
}

TEST_F(IngestTest, RefusesAnInputThatChangesOnTheWay) {
  const auto film = MakeFilm("film.mp4");
  const ProgressSink touch = [&](const Progress& progress) {
    if (progress.frames_done == 10) {
      std::filesystem::last_write_time(
          film, std::filesystem::last_write_time(film) + std::chrono::seconds(1));
    }
  };

  EXPECT_THROW(Run(film, {}, touch), Error);

  EXPECT_EQ(FilesThere(), 1u);
}

}  // namespace
}  // namespace tapmask
