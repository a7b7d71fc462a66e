// SPDX-License-Identifier: Apache-2.0
// The sandbox's values as they are sent to a child and back. For worker only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tapmask/worker/sandbox.h"

namespace tapmask {

// What the parent says first of all.
struct ChildSetup {
  SandboxLimits limits;
  bool has_input = false;
  bool requires_all_layers = false;  // Else the child serves without those that are missing.
};
std::string ToJson(const ChildSetup& setup);
ChildSetup ChildSetupFromJson(const std::string& json);  // Throws kInternal.

// {"layers":[{"name","works","why_not"}]}
std::string ToJson(const std::vector<SandboxLayer>& layers);
// Nothing when it is not of this form, or longer than anything that we say.
std::optional<std::vector<SandboxLayer>> LayersFromJson(const std::string& json);

}  // namespace tapmask
