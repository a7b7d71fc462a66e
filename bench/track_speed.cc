// SPDX-License-Identifier: Apache-2.0
// What following an object costs, without decoding, and what its steps cost.
//
//   cmake --build build/release --target track_speed
//   build/release/bench/track_speed [VIDEO-OR-PATTERN MASK-OF-ITS-FIRST-FRAME] ...
//
// Without arguments: made-up films. Frames are read first; then the film is tracked with one
// thread and with two, in turns, five times: medians. Steps are told as processor time, of one
// thread. `late/early` is a frame of the last quarter against one of the first.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tapmask/core/mask_scale.h"
#include "tapmask/core/stopwatch.h"
#include "tapmask/media/analysis_scaler.h"
#include "tapmask/media/picture.h"
#include "tapmask/media/video_reader.h"
#include "tapmask/motion/opencv_threads.h"
#include "tapmask/scene/scene.h"
#include "tapmask/track/classical/classical_segmenter.h"
#include "tapmask/track/classical/classical_tracker.h"

namespace tapmask {
namespace {

constexpr int kFrames = 80, kRepeats = 5, kMadeFrames = 400;

struct Film {
  std::string name;
  std::vector<AnalysisFrame> frames;
  Mask first;
};

Film ReadFilm(const std::string& video, const std::string& mask) {
  Film film{video, {}, {}};
  VideoReader reader(video, {});
  AnalysisScaler scaler(reader.info().geometry, reader.info().color);
  while (const auto frame = reader.Next()) {
    film.frames.push_back({frame->index, frame->index / 25.0, scaler.Scale(*frame)});
    if (film.frames.size() == kFrames) break;
  }
  film.first = ScaleMask(ReadMaskPicture(mask), scaler.size());
  return film;
}

Film MadeFilm(int frames) {
  SceneOptions options;
  options.width = 854;
  options.height = 480;
  options.frames = frames;
  const Scene scene(options);
  Film film{fmt::format("made up, {} frames", frames), {}, scene.Render(0).objects.at(0)};
  for (int i = 0; i < frames; ++i) film.frames.push_back({i, i / 25.0, scene.Render(i).image});
  return film;
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

double Milliseconds(const std::function<void()>& work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun)
      .count();
}

// -> milliseconds of each frame after the first.
std::vector<double> Track(const Film& film, int threads) {
  const auto tracker = MakeClassicalTracker({.threads = threads});
  tracker->Next(film.frames[0], film.frames.size() > 1 ? &film.frames[1] : nullptr);
  tracker->SetMask(1, film.first);
  std::vector<double> took;
  for (size_t i = 1; i < film.frames.size(); ++i) {
    const AnalysisFrame* after = i + 1 < film.frames.size() ? &film.frames[i + 1] : nullptr;
    took.push_back(Milliseconds([&] { tracker->Next(film.frames[i], after); }));
  }
  return took;
}

double Mean(const double* begin, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; ++i) sum += begin[i];
  return sum / static_cast<double>(count);
}

void PrintSpeed(const Film& film) {
  std::vector<double> one, two, gain, growth;
  for (int i = 0; i < kRepeats; ++i) {
    const std::vector<double> alone = Track(film, 1), both = Track(film, 2);
    one.push_back(Mean(alone.data(), alone.size()));
    two.push_back(Mean(both.data(), both.size()));
    gain.push_back(one.back() / two.back());
    const size_t quarter = alone.size() / 4;
    growth.push_back(Mean(&alone[alone.size() - quarter], quarter) / Mean(alone.data(), quarter));
  }
  fmt::print("| {} | {:.0f} | {:.0f} | {:.2f} | {:.2f} |\n", film.name, Median(one), Median(two),
             Median(gain), Median(growth));
  std::fflush(stdout);
}

void PrintSteps(const Film& film) {
  Stopwatch::Collect();
  const std::vector<double> took = Track(film, 1);
  const double frames = static_cast<double>(took.size());
  double rest = Mean(took.data(), took.size());
  std::vector<std::pair<double, std::string>> steps;
  for (const auto& [step, seconds] : Stopwatch::Seconds()) {
    steps.emplace_back(1000 * seconds / frames, step);
    rest -= steps.back().first;
  }
  std::sort(steps.rbegin(), steps.rend());
  fmt::print("\n{}\n\n| step | ms a frame |\n|---|---|\n", film.name);
  for (const auto& [ms, step] : steps) fmt::print("| {} | {:.1f} |\n", step, ms);
  fmt::print("| everything else | {:.1f} |\n", rest);
}

// The middle of the longest run of set pixels in the mask's middle row.
ImagePoint PointInside(const Mask& mask) {
  const auto box = mask.BoundingBox();
  const int y = box.y + box.height / 2;
  int best = 0, at = box.x;
  for (int x = box.x, run = 0; x < box.x + box.width; ++x) {
    run = mask.Row(y)[x] ? run + 1 : 0;
    if (run > best) best = run, at = x - run / 2;
  }
  return {{at + 0.5, y + 0.5}, true};
}

void PrintTaps(const Film& film) {
  const auto segmenter = MakeClassicalSegmenter({.threads = 2});
  constexpr size_t kTapped = 12;
  if (film.frames.size() <= 2 * kTapped) return;
  std::vector<AnalysisFrame> neighbours;
  for (const int offset : segmenter->NeighbourOffsets()) {
    neighbours.push_back(film.frames[static_cast<size_t>(static_cast<int>(kTapped) + offset)]);
  }
  const ImagePoint tap = PointInside(film.first);
  const std::vector<ImagePoint> one{tap};
  ImagePoint beside = tap;
  beside.in_image.y = std::max(0.5, beside.in_image.y - 30);
  const std::vector<ImagePoint> two{tap, beside};
  std::vector<double> first, second;
  for (int i = 0; i < kRepeats; ++i) {
    const auto fresh = MakeClassicalSegmenter({.threads = 2});
    first.push_back(Milliseconds([&] { fresh->Segment(film.frames[kTapped], neighbours, one); }));
    second.push_back(Milliseconds([&] { fresh->Segment(film.frames[kTapped], neighbours, two); }));
  }
  fmt::print("| {} | {:.0f} | {:.0f} |\n", film.name, Median(first), Median(second));
}

}  // namespace
}  // namespace tapmask

int main(int argc, char** argv) {
  using namespace tapmask;
  UseNoOpenCvThreads();
  std::vector<Film> films;
  for (int i = 1; i + 1 < argc; i += 2) films.push_back(ReadFilm(argv[i], argv[i + 1]));
  if (films.empty()) films = {MadeFilm(kFrames), MadeFilm(kMadeFrames)};
  fmt::print(
      "| film | one thread, ms a frame | two | gain | late/early |\n|---|---|---|---|---|\n");
  for (const Film& film : films) PrintSpeed(film);
  fmt::print("\n| film | first tap, two threads, ms | one more point |\n|---|---|---|\n");
  for (const Film& film : films) PrintTaps(film);
  PrintSteps(films.front());
}
