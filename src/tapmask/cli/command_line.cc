// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/command_line.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <new>
#include <ostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tapmask/cli/command.h"
#include "tapmask/core/build_id.h"
#include "tapmask/core/error.h"

namespace tapmask {
namespace {

bool Holds(const std::vector<std::string>& arguments, std::string_view word) {
  return std::find(arguments.begin(), arguments.end(), word) != arguments.end();
}

// "tapmask run --help" when the words got as far as a command.
std::string HelpCommand(const CLI::App& program) {
  const auto chosen = program.get_subcommands();
  return chosen.empty() ? "tapmask --help" : "tapmask " + chosen.front()->get_name() + " --help";
}

// What is wrong with an option, from the parser's "--name: At Most 1 required but received 2".
std::string OptionSentence(const CLI::ParseError& error) {
  std::string message = error.what();
  const std::string name = message.substr(0, message.find_first_of(": "));
  const bool is_mismatch =
      error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ArgumentMismatch);
  if (is_mismatch && message.find("received") != std::string::npos) {
    return name + " may be given only once";
  }
  if (is_mismatch && message.find("missing") != std::string::npos) return name + " needs a value";
  if (is_mismatch) return "A switch takes no value (" + message + ")";
  return message;
}

// The parser's message as a sentence of ours.
std::string UsageSentence(const CLI::App& program, const CLI::ParseError& error) {
  const auto chosen = program.get_subcommands();
  const std::vector<std::string> unknown = program.remaining(true);
  std::string what;
  if (!unknown.empty() && chosen.empty() && !unknown.front().starts_with("-")) {
    what = fmt::format("There is no command '{}'", unknown.front());
  } else if (!unknown.empty() && unknown.front().starts_with("-")) {
    what = fmt::format("There is no option {}", unknown.front());
  } else if (!unknown.empty()) {
    what = fmt::format("'{}' is one word too many", unknown.front());
  } else if (chosen.empty()) {
    what = "Say what to do";
  } else {
    what = OptionSentence(error);
    while (what.ends_with('.') || what.ends_with('\n')) what.pop_back();
  }
  return fmt::format("{}; `{}` shows what there is.", what, HelpCommand(program));
}

ExitCode Dispatch(std::vector<std::string> arguments, const Streams& streams) {
  CLI::App program("TapMask hides things and people in videos: tap once, and every frame is done.",
                   "tapmask");
  program.set_version_flag("--version", "tapmask " + std::string(BuildId()));
  program.require_subcommand(1);
  program.get_formatter()->column_width(38);
  program.footer(
      "Example: tapmask run clip.mp4 --point 640,360 --mode privacy_blur -o out.mp4\n"
      "`tapmask COMMAND --help` shows the options of a command.\n"
      "Exit codes: 0 done, 1 failed, 2 bad usage, 3 input refused, 4 cancelled.");
  const std::array commands{AddRun(program),    AddTrack(program), AddPreview(program),
                            AddRender(program), AddProbe(program), AddVerify(program),
                            AddDoctor(program), AddScene(program), AddServe(program),
                            AddUser(program)};
  try {
    std::reverse(arguments.begin(), arguments.end());  // As the parser takes them.
    program.parse(std::move(arguments));
  } catch (const CLI::Success& asked) {  // --help, --version
    program.exit(asked, streams.out, streams.err);
    return ExitCode::kDone;
  } catch (const CLI::ParseError& error) {
    throw Error(Code::kInvalidArgument, UsageSentence(program, error), error.what());
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return command.run(streams);
  }
  throw Error(Code::kInternal, "No command was found; this is a mistake in tapmask.");
}

}  // namespace

void Answer(const Streams& streams, const std::string& text) {
  streams.out << text << std::flush;
  if (!streams.out) {
    throw Error(Code::kUnavailable, "The answer could not be written to standard output.");
  }
}

ExitCode RunCommandLine(std::vector<std::string> arguments, const Streams& streams) noexcept {
  // Whoever reads us may go away; that is seen when writing, and must not kill a job half done.
  std::signal(SIGPIPE, SIG_IGN);
  Narrator narrator({.json = Holds(arguments, "--json"), .quiet = Holds(arguments, "--quiet")},
                    streams);
  const auto fail = [&](Code code, const std::string& sentence) {
    const ExitCode exit_code = ExitCodeOf(code);
    narrator.Fail(CodeName(code), exit_code, sentence);
    return exit_code;
  };
  try {
    return Dispatch(std::move(arguments), streams);
  } catch (const Error& error) {
    return fail(error.code(), error.public_text());
  } catch (const std::bad_alloc&) {
    return fail(Code::kUnavailable, "There is not enough memory; close other programs and retry.");
  } catch (const std::exception& error) {
    return fail(
        Code::kInternal,
        fmt::format("Something went wrong inside tapmask ({}); please report it.", error.what()));
  }
}

}  // namespace tapmask
