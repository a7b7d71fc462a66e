// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <memory>
#include <ostream>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tapmask/cli/command.h"
#include "tapmask/cli/serve_settings.h"
#include "tapmask/cli/service_host.h"
#include "tapmask/cli/service_log.h"
#include "tapmask/cli/service_options.h"
#include "tapmask/cli/stop_signals.h"
#include "tapmask/core/stop_wait.h"
#include "tapmask/notify/mail_dispatcher.h"

namespace tapmask {
namespace {

struct ServeOptions {
  ServiceOptions service;
  bool check = false;
};

ExitCode Serve(const ServeOptions& options, const Streams& streams) {
  const LoadedSettings loaded = options.service.Load();
  if (options.check) {
    Answer(streams, loaded.text);
    for (const std::string& note : loaded.notes) streams.err << "note: " << note << '\n';
    return ExitCode::kDone;
  }
  for (const std::string& note : loaded.notes) streams.err << "note: " << note << '\n';
  if (!loaded.settings.SendsMail()) streams.err << "note: " << kMailIsOff << '\n';
  std::signal(SIGXFSZ, SIG_IGN);  // A limit on files is an error of writing, not our end.
  std::signal(SIGPIPE, SIG_IGN);
  const StopSignals signals;
  ServiceHost host(loaded.settings, ServiceLog(loaded.settings, ""));
  if (host.admin_port() != 0) {
    streams.err << fmt::format("Metrics: port {}, /metrics\n", host.admin_port());
  }
  if (host.misses_owner()) {
    streams.err
        << "note: The local owner's account of before is being erased still, so there is no "
           "link that signs in; start again later.\n";
  }
  streams.err.flush();
  streams.out << host.url() << '\n';
  streams.out.flush();
  WaitUntilStopped(signals.token());
  host.Stop();
  return ExitCode::kDone;
}

}  // namespace

Command AddServe(CLI::App& program) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* app = program.add_subcommand(
      "serve", "Run the service: page, API and workers on this machine, for one or for many");
  AddServiceOptions(*app, options->service);
  app->add_option("--listen", options->service.values["listen"],
                  "Address and port, 127.0.0.1:7878 unless said; port 0 takes a free one")
      ->type_name("HOST:PORT");
  app->add_option(
         "--retention", options->service.values["retention_hours"],
         "How many hours a video is kept, 24 unless said, or never for until it is deleted")
      ->type_name("HOURS|never");
  app->add_flag_callback(
      "--require-sandbox", [options] { options->service.values["require_sandbox"] = "true"; },
      "Do not start unless every layer of the sandbox works; `tapmask doctor` lists them");
  app->add_flag("--check", options->check, "Print the settings that would be used, and end");
  app->footer("Settings come from the file, then TAPMASK_... variables, then these options.");
  return {app, [options](const Streams& streams) { return Serve(*options, streams); }};
}

}  // namespace tapmask
