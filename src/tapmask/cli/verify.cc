// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tapmask/cli/command.h"
#include "tapmask/cli/job_options.h"
#include "tapmask/pipeline/job.h"

namespace tapmask {
namespace {

struct VerifyArguments {
  std::string output;
  std::filesystem::path report;
  TalkOptions talk;
};

ExitCode Verify(const VerifyArguments& arguments, const Streams& streams) {
  const std::vector<std::string> failures = VerifyReport(arguments.output, arguments.report);
  if (arguments.talk.json) {
    Answer(streams, JsonText({{"verified", failures.empty()}, {"failures", failures}}) + "\n");
  } else if (failures.empty()) {
    if (!arguments.talk.quiet) {
      Answer(streams, Printable(fmt::format("Verified: {} is the file of the report {}, and what "
                                            "it promises holds.",
                                            arguments.output, arguments.report.string())) +
                          "\n");
    }
  } else {
    std::string text = Printable(fmt::format("{} is not what the report {} says:", arguments.output,
                                             arguments.report.string())) +
                       "\n";
    for (const std::string& failure : failures) text += "  " + Printable(failure) + "\n";
    Answer(streams, text);
  }
  return failures.empty() ? ExitCode::kDone : ExitCode::kFailed;
}

}  // namespace

Command AddVerify(CLI::App& program) {
  auto arguments = std::make_shared<VerifyArguments>();
  CLI::App* app = program.add_subcommand(
      "verify",
      "Check that an output is the one its report speaks of, and still keeps its promises");
  app->add_option("OUTPUT", arguments->output, "The video that tapmask wrote")
      ->required()
      ->type_name("");
  app->add_option("REPORT", arguments->report, "What --report wrote with it")
      ->required()
      ->type_name("");
  AddTalkOptions(*app, arguments->talk);
  return {app, [arguments](const Streams& streams) { return Verify(*arguments, streams); }};
}

}  // namespace tapmask
