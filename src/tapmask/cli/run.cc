// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include "tapmask/cli/command.h"
#include "tapmask/cli/job_options.h"
#include "tapmask/cli/job_runner.h"
#include "tapmask/media/picture.h"

namespace tapmask {

Command AddRun(CLI::App& program) {
  auto arguments = std::make_shared<JobArguments>();
  CLI::App* app = program.add_subcommand("run", "Hide what you point at, in every frame");
  AddInputOptions(*app, *arguments);
  AddPointOptions(*app, *arguments);
  AddMaskAndBoxOptions(*app, *arguments);
  AddEngineOption(*app, *arguments);
  AddEffectOptions(*app, *arguments);
  AddOutputOptions(*app, *arguments);
  AddMasksOutOption(*app, *arguments, false);
  AddReportOption(*app, *arguments);
  AddTalkOptions(*app, arguments->talk);
  app->footer("Example: tapmask run clip.mp4 --point 640,360 --mode privacy_blur -o out.mp4");

  return {app, [arguments](const Streams& streams) {
            const NamedFiles& files = arguments->files;
            CheckTogether(*arguments);
            CheckFiles(files);
            arguments->job.report_file = files.report;
            const Prompts prompts = MakePrompts(arguments->prompts, ReadMaskPicture);
            const EffectOptions& effect = arguments->job.effect;
            std::optional<std::filesystem::path> masks_out;
            if (!files.masks_out.empty()) masks_out = files.masks_out;
            return RunJob(*arguments, Covering{effect.on_lost, effect.invert}, streams,
                          [&](const ProgressSink& progress, std::stop_token stop) {
                            return Run(files.input, files.output, prompts, arguments->job,
                                       masks_out, progress, std::move(stop));
                          });
          }};
}

}  // namespace tapmask
