// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <variant>
#include <vector>

#include "tapmask/pipeline/progress.h"
#include "tapmask/worker/message_channel.h"
#include "tapmask/worker/sandbox.h"

namespace tapmask {

// Where a child finds what it was given.
constexpr int kChildChannel = 3;
constexpr int kChildInput = 4;
// The argument that makes the program a child.
constexpr const char* kChildArgument = "--child";

// How a child came to its end.
struct ChildEnd {
  enum class How {
    kExited,         // By itself, with `status`.
    kStopped,        // We killed it, because nobody wanted it any more.
    kMisbehaved,     // We killed it: what it said is not what a child says.
    kCrashed,        // By the signal `status`.
    kOutOfMemory,    // Killed, and not by us: by the kernel, when the machine's memory ran out.
    kTooMuchTime,    // It used up its processor time.
    kFileTooLarge,   // It wrote beyond the limit of a file.
    kForbiddenCall,  // It tried what its sandbox forbids.
  };
  How how = How::kExited;
  int status = 0;
};
std::string_view ChildEndName(ChildEnd::How how);  // "exited", "stopped", ... for logs and metrics.

// What comes from a child. All of it is checked; none of it is to be trusted: a child that was
// taken over by its video says what it likes.
struct ChildReady {
  std::vector<SandboxLayer> layers;  // Of EnterSandbox.
};
struct ChildProgress {
  JobStage stage = JobStage::kValidating;
  int64_t done = 0;   // [0, 10^12]
  int64_t total = 0;  // As `done`; 0: not known.
};
struct ChildCheckpoint {
  std::string json;  // Valid, nested at most 32 deep.
};
struct ChildResult {
  std::string json;  // As a checkpoint's.
};
struct ChildFailed {
  std::string code;  // A name of a Code or a Reason, or "out_of_memory".
  std::string text;  // One sentence for the user: printable UTF-8, 1 to 500 bytes.
};
// Nothing came: by the deadline, or before `stop` was requested.
enum class ChildSilence { kTimedOut, kStopped };
using ChildEvent = std::variant<ChildReady, ChildProgress, ChildCheckpoint, ChildResult,
                                ChildFailed, ChildEnd, ChildSilence>;

// Another process of this program in a sandbox, which does tasks one after the other: the only one
// that ever opens a video.
//
// It starts from nothing: no environment, no descriptors but its end of the channel and the input,
// standard output and error lead nowhere, its process group is its own. It dies when this object
// goes, when the thread that made this object ends (so make it on a thread that outlives it), and
// when our process ends, however.
//
// Whatever the child does, every call ends by its deadline, memory stays bounded, and a child that
// sends what it must not, too often or at the wrong time is killed. Not thread-safe. The process
// must not ignore SIGCHLD, nor wait for children that are not its own.
class ChildProcess {
 public:
  struct Options {
    SandboxLimits limits;
    bool requires_all_layers = false;  // Else it works without those that the system lacks.
    // Read-only and of a regular file; nothing: the child gets none. Is duplicated, so it may be
    // closed after the constructor. The child reads at given places, its position is shared.
    std::optional<int> input;
    bool shows_errors = false;  // Its standard error is ours; only to look for mistakes.
  };

  // Starts it and sends the setup; its answer comes from `Next`: ChildReady, or ChildFailed when
  // it cannot serve, or its end.
  // Throws kUnavailable when the system has no room for a process, kInternal for such an input.
  explicit ChildProcess(Options options);
  ~ChildProcess();  // Kills it, if it still lives, and waits for that.
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Gives it the next task; only after ChildReady, or when the task before has ended with
  // ChildResult or ChildFailed. `parameters` is JSON. False when it can take none: `Next` then
  // says how it ended.
  bool Start(std::string_view task, std::string_view parameters);

  // Asks it to end the task soon, with ChildFailed and "cancelled" as a rule. The caller decides
  // how long to wait for that.
  void Cancel();

  // The next thing that happens. After ChildEnd, always the same ChildEnd. When the child has
  // closed its end, it has two seconds to end before it is killed.
  ChildEvent Next(std::chrono::steady_clock::time_point deadline, const std::stop_token& stop = {});

  // Ends it at once. Its end is kStopped, unless it was there before.
  ChildEnd Kill();

  pid_t id() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tapmask
