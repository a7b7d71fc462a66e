// SPDX-License-Identifier: Apache-2.0
// Erases what masks cover from numbered pictures, and says what it cost.
//
//   cmake --build build/release --target erase_frames
//   build/release/bench/erase_frames FRAMES MASKS_PATTERN OUT_DIR [--threads N]
//
// FRAMES is a video, or a pattern like frames/%05d.png, from 0 on; in masks anything but 0 is a
// hole, and nothing is grown. Writes OUT_DIR/%05d.png, or nothing when that is -, and prints one
// JSON object; steps are processor time.
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <vector>

#include <fmt/format.h>

#include "tapmask/core/stopwatch.h"
#include "tapmask/effect/eraser.h"
#include "tapmask/media/picture.h"
#include "tapmask/media/video_reader.h"
#include "tapmask/motion/opencv_threads.h"

namespace {

using namespace tapmask;

BgrImage BgrFromFrame(const Frame& frame) {
  const size_t width = static_cast<size_t>(frame.width()),
               height = static_cast<size_t>(frame.height());
  std::vector<uint8_t> samples(3 * width * height);
  for (int p = 0; p < 3; ++p) {
    const size_t channel = p == 0 ? 1 : p == 1 ? 0 : 2;  // Planes are green, blue, red.
    for (size_t y = 0; y < height; ++y) {
      const uint8_t* row = frame.Row<uint8_t>(p, static_cast<int>(y));
      for (size_t x = 0; x < width; ++x) samples[3 * (y * width + x) + channel] = row[x];
    }
  }
  return {frame.width(), frame.height(), std::move(samples)};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "usage: erase_frames FRAMES MASKS_PATTERN OUT_DIR [--threads N]\n");
    return 2;
  }
  UseNoOpenCvThreads();
  const std::filesystem::path out = argv[3];
  const int threads = argc > 5 ? std::stoi(argv[5]) : 1;
  VideoReader reader(argv[1], {});
  const bool writes = out != "-";
  if (writes && !(reader.info().format == PixelFormat{PixelFormat::Model::kRgb, 8, 0, 0})) {
    fmt::print(stderr, "erase_frames: only 8-bit RGB pictures, such as PNG, can be written\n");
    return 2;
  }
  Stopwatch::Collect();
  const auto begun = std::chrono::steady_clock::now();
  double reading = 0, seen = 0, invented = 0, confidence = 0;
  int frames = 0;
  const auto eraser = MakeClassicalEraser({.threads = threads});
  const auto since = [](auto start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const auto take = [&] {
    while (const auto erased = eraser->Pop()) {
      const auto start = std::chrono::steady_clock::now();
      if (writes) WritePng(out / fmt::format("{:05d}.png", frames), BgrFromFrame(erased->frame));
      ++frames;
      seen += erased->seen_share, invented += erased->invented_share,
          confidence += erased->confidence;
      reading += since(start);
    }
  };
  for (int i = 0;; ++i) {
    const auto start = std::chrono::steady_clock::now();
    std::optional<Frame> frame = reader.Next();
    if (!frame) break;
    std::string path(4096, 0);
    path.resize(static_cast<size_t>(std::snprintf(path.data(), path.size(), argv[2], i)));
    Mask mask = ReadMaskPicture(path);
    reading += since(start);
    eraser->Push(std::move(*frame), mask, true);
    take();
  }
  eraser->Finish();
  take();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print(
      "{{\"ms_per_frame\": {:.1f}, \"peak_mb\": {:.0f}, \"seen\": {:.3f}, \"invented\": {:.3f}, "
      "\"confidence\": {:.3f}, \"steps\": {{",
      1000 * (since(begun) - reading) / frames, static_cast<double>(usage.ru_maxrss) / 1024,
      seen / frames, invented / frames, confidence / frames);
  const char* comma = "";
  for (const auto& [step, seconds] : Stopwatch::Seconds()) {
    fmt::print("{}\"{}\": {:.1f}", comma, step, 1000 * seconds / frames);
    comma = ", ";
  }
  fmt::print("}}}}\n");
}
