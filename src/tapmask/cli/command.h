// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "tapmask/cli/exit_code.h"
#include "tapmask/cli/narrator.h"

namespace CLI {
class App;
}

namespace tapmask {

// One subcommand: how it is parsed, and what it does then. `run` throws Error.
struct Command {
  CLI::App* app = nullptr;  // Owned by the program's App.
  std::function<ExitCode(const Streams&)> run;
};

// One file each: run.cc, track.cc, ...
Command AddRun(CLI::App& program);
Command AddTrack(CLI::App& program);
Command AddPreview(CLI::App& program);
Command AddRender(CLI::App& program);
Command AddProbe(CLI::App& program);
Command AddVerify(CLI::App& program);
Command AddDoctor(CLI::App& program);
Command AddScene(CLI::App& program);
Command AddServe(CLI::App& program);
Command AddUser(CLI::App& program);

// Writes the answer of a command (not events of a job) to `streams.out`.
// Throws kUnavailable when nobody takes it: an answer that was cut off is a failure.
void Answer(const Streams& streams, const std::string& text);

}  // namespace tapmask
