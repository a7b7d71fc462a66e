// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include "tapmask/cli/command.h"
#include "tapmask/cli/job_options.h"
#include "tapmask/cli/job_runner.h"

namespace tapmask {

Command AddRender(CLI::App& program) {
  auto arguments = std::make_shared<JobArguments>();
  CLI::App* app = program.add_subcommand("render", "Hide what given masks show");
  AddInputOptions(*app, *arguments);
  app->add_option("--masks", arguments->files.masks,
                  "A folder of numbered pictures, one a frame (black is background), or a "
                  "masks.jsonl")
      ->type_name("DIR|FILE.jsonl")
      ->group("What is meant")
      ->required();
  AddEffectOptions(*app, *arguments);
  AddOutputOptions(*app, *arguments);
  AddReportOption(*app, *arguments);
  AddTalkOptions(*app, arguments->talk);
  app->footer("Example: tapmask render clip.mp4 --masks masks --mode privacy_blur -o out.mp4");

  return {app, [arguments](const Streams& streams) {
            const NamedFiles& files = arguments->files;
            CheckTogether(*arguments);
            CheckFiles(files);
            arguments->job.report_file = files.report;
            const EffectOptions& effect = arguments->job.effect;
            return RunJob(*arguments, Covering{effect.on_lost, effect.invert}, streams,
                          [&](const ProgressSink& progress, std::stop_token stop) {
                            return Render(files.input, files.output, files.masks, arguments->job,
                                          progress, std::move(stop));
                          });
          }};
}

}  // namespace tapmask
