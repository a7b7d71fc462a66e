// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include "tapmask/cli/command.h"
#include "tapmask/cli/job_options.h"
#include "tapmask/cli/job_runner.h"
#include "tapmask/media/picture.h"

namespace tapmask {

Command AddTrack(CLI::App& program) {
  auto arguments = std::make_shared<JobArguments>();
  CLI::App* app = program.add_subcommand("track", "Only find the object: a mask for every frame");
  AddInputOptions(*app, *arguments);
  AddPointOptions(*app, *arguments);
  AddMaskAndBoxOptions(*app, *arguments);
  AddEngineOption(*app, *arguments);
  AddMasksOutOption(*app, *arguments, true);
  AddReportOption(*app, *arguments);
  AddTalkOptions(*app, arguments->talk);
  app->footer("Example: tapmask track clip.mp4 --point 640,360 --masks-out masks");

  return {app, [arguments](const Streams& streams) {
            const NamedFiles& files = arguments->files;
            CheckFiles(files);
            arguments->job.report_file = files.report;
            const Prompts prompts = MakePrompts(arguments->prompts, ReadMaskPicture);
            return RunJob(*arguments, std::nullopt, streams,
                          [&](const ProgressSink& progress, std::stop_token stop) {
                            return Track(files.input, prompts, arguments->job, files.masks_out,
                                         progress, std::move(stop));
                          });
          }};
}

}  // namespace tapmask
