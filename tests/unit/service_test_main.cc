// SPDX-License-Identifier: Apache-2.0
// Entry point of the tests of the worker with real stores: the program starts itself once more as a
// child. When the video is no video but a script, the child does what that says instead.
#include <array>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"
#include "tapmask/motion/opencv_threads.h"
#include "tapmask/store/sqlite/sqlite_stores.h"
#include "tapmask/worker/child_process.h"
#include "tapmask/worker/child_tasks.h"
#include "tapmask/worker/sandbox_json.h"
#include "tapmask/worker/worker_fixture.h"

namespace {

using namespace tapmask;
using nlohmann::json;
namespace fs = std::filesystem;

// {"start": [steps], "ingest": [steps], "preview": [steps], "mask": [steps]}; nothing: the input is
// no script.
json Script() {
  std::array<char, 8192> bytes{};
  const ssize_t got = pread(kChildInput, bytes.data(), bytes.size(), 0);
  if (got <= 0) return {};
  json script = json::parse(bytes.data(), bytes.data() + got, nullptr, false);
  return script.is_object() ? script : json();
}

[[noreturn]] void Hang() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));  // Until it is killed.
}

std::string TextOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Outside the sandbox, before the child is ready.
void Start(const json& steps) {
  std::array<char, 4096> peeked{};
  const ssize_t got = recv(kChildChannel, peeked.data(), peeked.size(), MSG_PEEK);
  if (got <= 8) return;
  const ChildSetup setup = ChildSetupFromJson({peeked.data() + 8, peeked.data() + got});
  for (const json& step : steps) {
    const std::string what = step.at(0);
    const fs::path file =
        setup.limits.scratch_folder / (step.size() > 1 ? step.at(1) : json("")).get<std::string>();
    if (what == "symlink") fs::create_symlink(step.at(2).get<std::string>(), file);
    if (what == "fifo") (void)mkfifo(file.c_str(), 0600);
    if (what == "exit") _exit(3);
    if (what == "hang") Hang();
  }
}

JobStage StageOf(const std::string& name) {
  for (const JobStage stage : {JobStage::kValidating, JobStage::kExtracting, JobStage::kTracking,
                               JobStage::kProcessing, JobStage::kEncoding}) {
    if (name == JobStageName(stage)) return stage;
  }
  std::abort();
}

void WaitForCancel(ChildContext& context) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait(lock, context.stop(), [] { return false; });
  throw Error(Code::kCancelled, "The work was cancelled.");
}

json Play(const json& steps, const json& parameters, ChildContext& context) {
  static int tasks = 0;  // Of this process.
  ++tasks;
  const fs::path& folder = context.scratch_folder();
  for (const json& step : steps) {
    const std::string what = step.at(0);
    if (what == "progress") context.Report({StageOf(step.at(1)), step.at(2), step.at(3)});
    if (what == "write") {
      std::ofstream(folder / step.at(1).get<std::string>()) << step.at(2).get<std::string>();
    }
    if (what == "mkdir") fs::create_directory(folder / step.at(1).get<std::string>());
    if (what == "checkpoint") {
      context.Checkpoint(step.size() > 1 ? step.at(1) : json{{"masks", true}});
    }
    if (what == "wait") WaitForCancel(context);
    if (what == "hang") Hang();
    if (what == "crash") std::abort();
    if (what == "flood") {
      for (;;) context.Checkpoint(1);
    }
    if (what == "refuse") throw Error(Code::kInvalidArgument, "The point is outside.");
    if (what == "fault") throw Error(Code::kInternal, "Something went wrong.");
    if (what == "result") return step.at(1);
    if (what == "count") {
      return {{"frame", tasks}, {"sampleAspect", {1, 1}}, {"candidates", json::array()}};
    }
    if (what == "masked") {
      const bool has_masks = parameters.at("has_masks");
      const std::string masks = has_masks ? TextOf(folder / "masks.jsonl") : "none";
      for (const char* name : {"processed.mp4", "masks.jsonl", "report.json"}) {
        std::ofstream(folder / name) << "of this attempt";
      }
      return {{"file", "x"},
              {"bytes", 1},
              {"frames", 5},
              {"truncated", false},
              {"engine", "classical"},
              {"toReview", json::array()},
              {"notices", json::array({masks})}};
    }
  }
  return {};
}

int ChildOfTest() {
  ChildTasks tasks = WorkerTasks();
  const json script = Script();
  if (!script.is_null()) {
    Start(script.value("start", json::array()));
    for (auto& [name, task] : tasks) {
      task = [steps = script.value(name, json::array())](const json& parameters,
                                                         ChildContext& context) {
        return Play(steps, parameters, context);
      };
    }
  }
  return ChildMain(tasks);
}

}  // namespace

std::unique_ptr<Stores> tapmask::OpenTestStores(const std::filesystem::path& file) {
  return OpenSqliteStores(file, {});
}

int main(int argc, char** argv) {
  UseNoOpenCvThreads();
  if (argc > 1 && std::string_view(argv[1]) == kChildArgument) return ChildOfTest();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
