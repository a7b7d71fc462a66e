// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "tapmask/cli/serve_settings.h"

namespace CLI {
class App;
}

namespace tapmask {

// What `serve` and `user` have in common: where the settings come from.
struct ServiceOptions {
  std::string config;                         // The TOML file; empty: $TAPMASK_CONFIG, or none.
  std::map<std::string, std::string> values;  // By the settings' names; empty: not said.

  // With the default data folder where none is said. Throws kInvalidArgument.
  LoadedSettings Load() const;
};

// --config and --data. `options` must outlive the parsing.
void AddServiceOptions(CLI::App& app, ServiceOptions& options);

}  // namespace tapmask
