// SPDX-License-Identifier: Apache-2.0
// The real work inside the sandbox: what it takes must be allowed.
#include <cstdint>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tapmask/pipeline/job.h"
#include "tapmask/scene/scene.h"
#include "tapmask/worker/sandbox_test_child.h"
#include "tapmask/worker/sandbox_test_tasks.h"

namespace tapmask {
namespace {

constexpr int kWidth = 160, kHeight = 96, kFrames = 8;

std::string Little(uint64_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) {
    text += i < 8 ? static_cast<char>(number >> (8 * i) & 0xff) : '\0';
  }
  return text;
}

// A Windows bitmap, the one kind of picture that needs no encoder. Rows go upwards.
void WriteBitmap(const std::filesystem::path& file, const BgrImage& image) {
  const size_t row = static_cast<size_t>(image.width()) * 3;  // A multiple of 4 by kWidth.
  const size_t bytes = row * static_cast<size_t>(image.height());
  std::ofstream out(file, std::ios::binary);
  out << "BM" << Little(54 + bytes, 4) << Little(0, 4) << Little(54, 4) << Little(40, 4)
      << Little(static_cast<uint64_t>(image.width()), 4)
      << Little(static_cast<uint64_t>(image.height()), 4) << Little(1, 2) << Little(24, 2)
      << Little(0, 24);
  for (int y = image.height() - 1; y >= 0; --y) {
    out.write(reinterpret_cast<const char*>(image.Row(y)), static_cast<std::streamsize>(row));
  }
}

JobOptions Options(ChildContext& context) {
  JobOptions options;
  options.threads = options.read.threads = 4;
  options.scratch_folder = context.scratch_folder();
  options.report_file = context.scratch_folder() / "report.json";
  return options;
}

Prompts OnePoint(double x, double y) {
  Prompts prompts;
  Point point;
  point.in_shown = {static_cast<float>(x), static_cast<float>(y)};
  prompts.points.push_back(point);
  return prompts;
}

// From numbered pictures to a film with the object hidden, and from that to another.
nlohmann::json HideTwice(const nlohmann::json& parameters, ChildContext& context) {
  const std::filesystem::path& scratch = context.scratch_folder();
  const auto prompts = OnePoint(parameters.at("x"), parameters.at("y"));
  const auto report = [&](const Progress& progress) { context.Report(progress); };
  const std::string film = (scratch / "film.mp4").string();
  JobOptions options = Options(context);
  const JobResult first = Run((scratch / "%d.bmp").string(), film, prompts, options, std::nullopt,
                              report, context.stop());
  if (parameters.at("hevc")) options.write.codec = OutputCodec::kHevc;
  options.effect.mode = Mode::kMagicEraser;
  const JobResult second = Run(film, (scratch / "out.mp4").string(), prompts, options,
                               scratch / "masks", report, context.stop());
  const auto wrong = VerifyReport((scratch / "out.mp4").string(), options.report_file);
  return {{"frames", {first.frames, second.frames}}, {"wrong", wrong}};
}

class SandboxPipeline : public testing::TestWithParam<bool> {};

TEST_P(SandboxPipeline, DecodesTracksErasesAndEncodes) {
  TestChild child;
  SceneOptions scene_options;
  scene_options.width = kWidth;
  scene_options.height = kHeight;
  scene_options.frames = kFrames;
  const Scene scene(scene_options);
  for (int i = 0; i < kFrames; ++i) {
    WriteBitmap(child.scratch() / fmt::format("{}.bmp", i), scene.Render(i).image);
  }
  const Point2f at = scene.FirstPoint();

  const auto result = child.Result("hide", {{"x", at.x}, {"y", at.y}, {"hevc", GetParam()}});

  EXPECT_EQ(result.value("frames", nlohmann::json()), nlohmann::json({kFrames, kFrames}));
  EXPECT_EQ(result.value("wrong", nlohmann::json()), nlohmann::json::array());
  EXPECT_GT(std::filesystem::file_size(child.scratch() / "out.mp4"), 1000u);
}

INSTANTIATE_TEST_SUITE_P(Codecs, SandboxPipeline, testing::Bool(),
                         [](const auto& with_hevc) { return with_hevc.param ? "Hevc" : "H264"; });

}  // namespace

void AddPipelineTasks(ChildTasks& tasks) {
  tasks["hide"] = HideTwice;
}

}  // namespace tapmask
