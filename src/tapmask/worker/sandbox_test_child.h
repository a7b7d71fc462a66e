// SPDX-License-Identifier: Apache-2.0
// A child of the test program, for tests.
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tapmask/pipeline/scratch.h"
#include "tapmask/worker/child_process.h"

namespace tapmask {

// What the child does instead of being one: written to this file of the scratch folder.
constexpr const char* kInsteadFile = "instead";

// Far more than anything takes; a test that waits so long has failed.
inline std::chrono::steady_clock::time_point InAMinute() {
  return std::chrono::steady_clock::now() + std::chrono::minutes(1);
}

// Skips tests of a layer that this machine does not have.
inline bool LayerWorks(std::string_view name) {
  static const std::vector<SandboxLayer> layers = ProbeSandbox();
  for (const SandboxLayer& layer : layers) {
    if (layer.name == name) return layer.works;
  }
  return false;
}
#define SKIP_WITHOUT(layer) \
  if (!LayerWorks(layer)) GTEST_SKIP() << "this machine lacks the layer " << (layer)

class TestChild {
 public:
  TestChild() { options.limits.scratch_folder = scratch_.folder(); }

  void Instead(std::string_view what) { std::ofstream(scratch_.folder() / kInsteadFile) << what; }

  // Started when it is first asked for.
  ChildProcess& process() {
    if (!process_) process_.emplace(options);
    return *process_;
  }

  // Starts it, and the task once it is ready.
  void Start(std::string_view task, const nlohmann::json& parameters = {}) {
    const ChildEvent event = process().Next(InAMinute());
    ASSERT_TRUE(std::holds_alternative<ChildReady>(event)) << event.index();
    ASSERT_TRUE(process().Start(task, parameters.dump()));
  }

  // The next event that is no progress.
  ChildEvent Outcome() {
    for (;;) {
      ChildEvent event = process().Next(InAMinute());
      if (!std::holds_alternative<ChildProgress>(event)) return event;
    }
  }

  nlohmann::json Result(std::string_view task, const nlohmann::json& parameters = {}) {
    Start(task, parameters);
    return ResultOf(Outcome());
  }
  static nlohmann::json ResultOf(const ChildEvent& event) {
    if (const auto* result = std::get_if<ChildResult>(&event)) {
      return nlohmann::json::parse(result->json);
    }
    ADD_FAILURE() << "no result but " << Described(event);
    return {};
  }
  static std::string Described(const ChildEvent& event) {
    if (const auto* failed = std::get_if<ChildFailed>(&event)) {
      return failed->code + ": " + failed->text;
    }
    if (const auto* end = std::get_if<ChildEnd>(&event)) {
      return std::string(ChildEndName(end->how)) + " " + std::to_string(end->status);
    }
    return "event " + std::to_string(event.index());
  }

  const std::filesystem::path& scratch() const { return scratch_.folder(); }

  ChildProcess::Options options;

 private:
  const Scratch scratch_{{}};
  std::optional<ChildProcess> process_;
};

}  // namespace tapmask
