// SPDX-License-Identifier: Apache-2.0
#include "tapmask/scene/scene.h"

#include <filesystem>
#include <memory>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tapmask/cli/command.h"
#include "tapmask/cli/file_checks.h"
#include "tapmask/cli/job_options.h"
#include "tapmask/cli/job_runner.h"
#include "tapmask/cli/stop_signals.h"
#include "tapmask/cli/value_parser.h"
#include "tapmask/core/error.h"
#include "tapmask/media/made_video_writer.h"
#include "tapmask/media/picture.h"
#include "tapmask/media/temporary_file.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

struct SceneArguments {
  fs::path folder;
  SceneOptions scene;
  Rational rate{25, 1};
  bool no_occluder = false;
  bool second_object = false;
  bool lossless = false;
  TalkOptions talk;
};

// The folder that the user wants, which may be new.
const fs::path& Made(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw Error(Code::kInvalidArgument,
                fmt::format("Nothing can be written to the folder {}; choose another one.",
                            folder.string()),
                error.message());
  }
  return folder;
}

// Moves `name` from one folder to another, in place of what has the name there.
void Move(const std::string& name, const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (fs::is_directory(to / name, error)) fs::remove_all(to / name, error);
  fs::rename(from / name, to / name, error);
  if (error) {
    throw Error(Code::kInvalidArgument,
                fmt::format("{} cannot be written; choose another folder.", (to / name).string()),
                error.message());
  }
}

std::string MasksName(size_t object) {
  return object == 1 ? "masks" : fmt::format("masks{}", object);
}

std::string PointText(const Scene& scene) {
  return fmt::format("{:.1f},{:.1f}", scene.FirstPoint().x, scene.FirstPoint().y);
}

// The names of what was made, in the order in which they are moved out.
std::vector<std::string> MakeFilm(const Scene& scene, const SceneArguments& arguments,
                                  const fs::path& folder, const ProgressSink& progress,
                                  const std::stop_token& stop) {
  const SceneOptions& options = scene.options();
  const std::string suffix = arguments.lossless ? ".mkv" : ".mp4";
  std::vector<std::string> names{"scene" + suffix, "plate" + suffix};
  for (size_t object = 1; object <= (arguments.second_object ? 2u : 1u); ++object) {
    names.push_back(MasksName(object));
    fs::create_directories(folder / names.back());
  }
  const Size size{options.width, options.height};
  const PixelFormat format;  // 8-bit 4:2:0, as YuvFromBgr gives it.
  MadeVideoWriter film(folder / names[0], size, format, arguments.rate, arguments.lossless);
  MadeVideoWriter plate(folder / names[1], size, format, arguments.rate, arguments.lossless);
  for (int frame = 0; frame < options.frames; ++frame) {
    if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled; nothing was written.");
    progress({JobStage::kEncoding, frame, options.frames});
    const Scene::Rendered rendered = scene.Render(frame);
    film.Write(YuvFromBgr(rendered.image));
    plate.Write(YuvFromBgr(rendered.plate));
    for (size_t i = 0; i < rendered.objects.size(); ++i) {
      WriteMaskPicture(folder / MasksName(i + 1) / fmt::format("{:05}.png", frame),
                       rendered.objects[i]);
    }
  }
  film.Finish();
  plate.Finish();
  progress({JobStage::kEncoding, options.frames, options.frames});
  return names;
}

nlohmann::ordered_json Facts(const Scene& scene, const SceneArguments& arguments,
                             const std::vector<std::string>& names) {
  const SceneOptions& options = scene.options();
  return {{"point", PointText(scene)},
          {"frames", options.frames},
          {"width", options.width},
          {"height", options.height},
          {"fps", arguments.rate.AsDouble()},
          {"seed", options.seed},
          {"film", names[0]},
          {"plate", names[1]},
          {"masks", std::vector<std::string>(names.begin() + 2, names.end())},
          {"noise", options.noise},
          {"still", options.still},
          {"leaves", options.leaves},
          {"cut_frame", options.cut_frame},
          {"occluder", options.occluder},
          {"lossless", arguments.lossless}};
}

// As one word for the shell.
std::string Quoted(const std::string& text) {
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@%=";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

ExitCode MakeScene(const SceneArguments& arguments, const Streams& streams) {
  SceneOptions options = arguments.scene;
  options.frames_per_second = arguments.rate.AsDouble();
  options.occluder = !arguments.no_occluder;
  options.second_object = arguments.second_object ? 1 : 0;
  if (options.width % 2 != 0 || options.height % 2 != 0) {
    throw Error(Code::kInvalidArgument, "--size takes even sides, such as 960x540.");
  }
  const Scene scene(options);

  StopSignals signals;
  const TemporaryFolder work(Made(arguments.folder));
  const std::vector<std::string> names = MakeFilm(
      scene, arguments, work.path(), MakeProgressSink(arguments.talk, streams), signals.token());
  const nlohmann::ordered_json facts = Facts(scene, arguments, names);
  for (const std::string& name : names) Move(name, work.path(), arguments.folder);
  WriteTextFile(arguments.folder / "scene.json", JsonText(facts, 2) + "\n");

  if (arguments.talk.json) {
    Narrator(arguments.talk, streams).Done(facts);
    return ExitCode::kDone;
  }
  const fs::path film = arguments.folder / names[0];
  const fs::path hidden = arguments.folder / (arguments.lossless ? "hidden.mkv" : "hidden.mp4");
  Answer(streams, fmt::format("tapmask run {} --point {} --mode privacy_blur -o {}\n",
                              Quoted(film.string()), PointText(scene), Quoted(hidden.string())));
  return ExitCode::kDone;
}

void AddSceneOptions(CLI::App& app, SceneArguments& arguments) {
  SceneOptions& scene = arguments.scene;
  const auto add = [&](const std::string& name, const std::string& form, const std::string& help,
                       const std::function<void(const std::string&)>& take) {
    app.add_option_function<std::string>(name, take, help)->type_name(form);
  };
  app.add_option("OUT_DIR", arguments.folder, "Where film, masks and plate go")
      ->required()
      ->type_name("");
  add("--frames", "N", "Length (default 120)", [&](const std::string& text) {
    scene.frames = static_cast<int>(ParseInteger("--frames", text, 1, 1'000'000));
  });
  add("--size", "WxH", "Size of the picture (default 960x540)", [&](const std::string& text) {
    const Size size = ParseSize("--size", text, 32, 8192);
    scene.width = size.width;
    scene.height = size.height;
  });
  add("--fps", "F", "Frames a second (default 25)",
      [&](const std::string& text) { arguments.rate = ParseRate("--fps", text); });
  add("--seed", "N", "Another film for another number (default 1)", [&](const std::string& text) {
    scene.seed = static_cast<uint64_t>(ParseInteger("--seed", text, 0, INT64_MAX));
  });
  add("--noise", "S", "Grain, in grey levels (default 2)",
      [&](const std::string& text) { scene.noise = ParseNumber("--noise", text, 0, 64); });
  add("--cut", "N", "Show another place from frame N to frame 2N", [&](const std::string& text) {
    scene.cut_frame = static_cast<int>(ParseInteger("--cut", text, 1, 1'000'000));
  });
  const auto add_switch = [&](const std::string& name, const std::string& help, bool& value) {
    app.add_flag(name, value, help)->disable_flag_override();
  };
  add_switch("--still", "Nothing moves", scene.still);
  add_switch("--leaves", "The figure walks out and comes back", scene.leaves);
  add_switch("--second-object", "A ball rolls through as well", arguments.second_object);
  add_switch("--no-occluder", "Nothing stands in front of the figure", arguments.no_occluder);
  add_switch("--lossless", "Write .mkv files without loss", arguments.lossless);
  AddTalkOptions(app, arguments.talk);
}

}  // namespace

Command AddScene(CLI::App& program) {
  auto arguments = std::make_shared<SceneArguments>();
  CLI::App* app = program.add_subcommand(
      "scene", "Make a film to try things on, with the true masks of what moves in it");
  AddSceneOptions(*app, *arguments);
  return {app, [arguments](const Streams& streams) { return MakeScene(*arguments, streams); }};
}

}  // namespace tapmask
