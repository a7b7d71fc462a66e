// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/service_options.h"

#include <cstdlib>
#include <filesystem>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tapmask/cli/service_parts.h"
#include "tapmask/core/error.h"

namespace tapmask {
namespace {

std::optional<std::string> Variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets any.
  if (!value) return std::nullopt;
  return value;
}

}  // namespace

LoadedSettings ServiceOptions::Load() const {
  std::string file = config;
  if (file.empty()) file = Variable("TAPMASK_CONFIG").value_or("");
  if (!file.empty() && !std::filesystem::is_regular_file(file)) {
    throw Error(Code::kInvalidArgument, fmt::format("There is no settings file {}.", file));
  }
  std::map<std::string, std::string> said;
  for (const auto& [name, value] : values) {
    if (!value.empty()) said[name] = value;
  }
  return LoadSettings(file, Variable, said, DefaultDataFolder());
}

void AddServiceOptions(CLI::App& app, ServiceOptions& options) {
  app.add_option("--config", options.config, "Settings file (TOML); docs/operations.md lists all")
      ->type_name("FILE");
  app.add_option("--data", options.values["data"],
                 "Folder of everything that is kept; `tapmask serve --check` shows which")
      ->type_name("DIR");
}

}  // namespace tapmask
