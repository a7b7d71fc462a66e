// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "tapmask/cli/file_checks.h"
#include "tapmask/cli/narrator.h"
#include "tapmask/cli/prompt_parser.h"
#include "tapmask/pipeline/job.h"

namespace CLI {
class App;
}

namespace tapmask {

// What the user typed for a command that works on a video.
struct JobArguments {
  NamedFiles files;
  PromptOptions prompts;
  JobOptions job;
  TalkOptions talk;
};

// The groups of options that commands share. Values are checked while they are parsed: a wrong one
// throws kInvalidArgument with a sentence. `arguments` must outlive the parsing.
void AddInputOptions(CLI::App& command, JobArguments& arguments);  // INPUT, --video-stream, ...
void AddPointOptions(CLI::App& command, JobArguments& arguments);  // --point, --frame, --time
void AddMaskAndBoxOptions(CLI::App& command, JobArguments& arguments);  // --mask, --box
void AddEngineOption(CLI::App& command, JobArguments& arguments);
void AddMasksOutOption(CLI::App& command, JobArguments& arguments, bool required);
void AddEffectOptions(CLI::App& command, JobArguments& arguments);  // --mode, --style, ...
void AddOutputOptions(CLI::App& command, JobArguments& arguments);  // -o, --audio, --codec, ...
void AddReportOption(CLI::App& command, JobArguments& arguments);
void AddTalkOptions(CLI::App& command, TalkOptions& talk);  // --json, --quiet

// What no option can tell alone. Throws kInvalidArgument.
void CheckTogether(const JobArguments& arguments);

}  // namespace tapmask
