// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include <nlohmann/json.hpp>

#include "tapmask/pipeline/progress.h"

namespace tapmask {

// What a task of a child works with. Lives as long as the task; members may be called from any
// thread.
class ChildContext {
 public:
  virtual ~ChildContext() = default;

  // Sends the parent how far the task is: at once when the stage is a new one, else at most four
  // times a second for each stage. Cheap enough for every frame.
  virtual void Report(const Progress& progress) = 0;

  // Where a further attempt may go on. Is sent at once; at most a few a second, at most 4 MB.
  virtual void Checkpoint(const nlohmann::json& state) = 0;

  // Stopped when the parent cancels this task.
  virtual std::stop_token stop() const = 0;
  bool cancelled() const { return stop().stop_requested(); }

  // The descriptor of the video, for InputName::OfDescriptor; nothing when the child was given
  // none. Stays open.
  virtual std::optional<int> input() const = 0;

  // The only place where files can be opened; shared by all tasks of this child, not emptied.
  virtual const std::filesystem::path& scratch_folder() const = 0;
};

// What a child can do, by name. A task returns its result, at most 4 MB as JSON text. What it
// throws ends the task alone: an Error as it is (with the names of the scratch folder and of
// descriptors taken out), no memory as "out_of_memory", all else as "internal".
using ChildTask =
    std::function<nlohmann::json(const nlohmann::json& parameters, ChildContext& context)>;
using ChildTasks = std::map<std::string, ChildTask>;

// The whole life of a child, for `main` when its first argument is kChildArgument, before it starts
// any thread: takes the setup from the channel, calls `before_sandbox` (for what reads files when
// it is first used, such as a model), enters the sandbox, then serves tasks one after the other
// until the parent closes the channel or is gone. Then the process ends without running
// destructors: nothing of a task is worth waiting for.
//
// Returns what `main` should return, only when there is no channel or no setup, or when the sandbox
// cannot be entered (the parent has been told why).
int ChildMain(const ChildTasks& tasks, const std::function<void()>& before_sandbox = {});

}  // namespace tapmask
