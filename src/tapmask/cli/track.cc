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
  app->add_option("--masks", arguments->files.masks,
                  "Correct what was tracked before (a folder or a masks.jsonl): only the frames "
                  "that the points bear upon change")
      ->type_name("DIR|FILE.jsonl")
      ->group("What is meant");
  AddPointOptions(*app, *arguments);
  AddMaskAndBoxOptions(*app, *arguments);
  AddEngineOption(*app, *arguments);
  AddMasksOutOption(*app, *arguments, true);
  AddReportOption(*app, *arguments);
  AddTalkOptions(*app, arguments->talk);
  app->footer(
      "Example: tapmask track clip.mp4 --point 640,360 --masks-out masks\n"
      "         tapmask track clip.mp4 --masks masks --point 80,90,-@120 --masks-out better");

  return {app, [arguments](const Streams& streams) {
            const NamedFiles& files = arguments->files;
            CheckFiles(files);
            arguments->job.report_file = files.report;
            arguments->prompts.corrects = !files.masks.empty();
            const Prompts prompts = MakePrompts(arguments->prompts, ReadMaskPicture);
            return RunJob(*arguments, std::nullopt, streams,
                          [&](const ProgressSink& progress, std::stop_token stop) {
                            return Track(files.input, prompts, arguments->job, files.masks,
                                         files.masks_out, progress, std::move(stop));
                          });
          }};
}

}  // namespace tapmask
