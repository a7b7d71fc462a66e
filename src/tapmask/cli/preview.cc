// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <ostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tapmask/cli/command.h"
#include "tapmask/cli/job_options.h"
#include "tapmask/cli/stop_signals.h"
#include "tapmask/core/error.h"

namespace tapmask {
namespace {

// A preview is the answer for one object in one frame.
void CheckOneFrameAndObject(const Prompts& prompts) {
  const Point& first = prompts.points.front();
  for (const Point& point : prompts.points) {
    if (point.object != first.object || point.frame != first.frame ||
        point.seconds != first.seconds) {
      throw Error(Code::kInvalidArgument,
                  "A preview shows one object in one frame; give points with one @FRAME and one "
                  "#OBJECT.");
    }
  }
}

std::string CandidateWords(const std::vector<PreviewCandidate>& candidates) {
  std::string text;
  for (const PreviewCandidate& candidate : candidates) {
    text += Printable(fmt::format("{}  {}, {:.0f} % sure", candidate.file.string(), candidate.scale,
                                  candidate.confidence * 100)) +
            "\n";
  }
  return text;
}

std::string CandidateJson(const std::vector<PreviewCandidate>& candidates) {
  auto list = nlohmann::ordered_json::array();
  for (const PreviewCandidate& candidate : candidates) {
    list.push_back({{"file", candidate.file.string()},
                    {"confidence", candidate.confidence},
                    {"scale", candidate.scale}});
  }
  return JsonText({{"candidates", std::move(list)}}) + "\n";
}

ExitCode ShowPreview(const JobArguments& arguments, const Streams& streams) {
  CheckFiles(arguments.files);
  const Prompts prompts = MakePrompts(arguments.prompts, {});  // It has no --mask to load.
  CheckOneFrameAndObject(prompts);
  StopSignals signals;
  const std::vector<PreviewCandidate> candidates = Preview(
      arguments.files.input, prompts, arguments.job, arguments.files.masks_out, signals.token());
  if (arguments.talk.json) {
    Answer(streams, CandidateJson(candidates));
  } else if (!arguments.talk.quiet) {
    Answer(streams, CandidateWords(candidates));
  }
  return ExitCode::kDone;
}

}  // namespace

Command AddPreview(CLI::App& program) {
  auto arguments = std::make_shared<JobArguments>();
  CLI::App* app = program.add_subcommand(
      "preview", "Only the frame you point at: 0.png is the answer, 1.png, ... the alternatives");
  AddInputOptions(*app, *arguments);
  AddPointOptions(*app, *arguments);
  AddEngineOption(*app, *arguments);
  AddMasksOutOption(*app, *arguments, true);
  AddTalkOptions(*app, arguments->talk);
  app->footer("Example: tapmask preview clip.mp4 --point 640,360 --masks-out tap --json");
  return {app, [arguments](const Streams& streams) { return ShowPreview(*arguments, streams); }};
}

}  // namespace tapmask
