// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/child_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <climits>
#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"
#include "tapmask/worker/child_process_events.h"
#include "tapmask/worker/child_process_start.h"
#include "tapmask/worker/sandbox_json.h"

namespace tapmask {
namespace {

using std::chrono::steady_clock;

// Our own children read at once. One that does not is not waited for.
constexpr std::chrono::seconds kPatienceToWrite{5};
constexpr std::chrono::seconds kPatienceToEnd{2};

[[noreturn]] void OurFault(const std::string& what) {
  throw Error(Code::kInternal, "Something went wrong; please try again.", what);
}

void CheckInput(int input) {
  struct stat facts {};
  const int flags = fcntl(input, F_GETFL);
  if (flags < 0 || fstat(input, &facts) != 0) OurFault("the input is no open file");
  if ((flags & O_ACCMODE) != O_RDONLY || !S_ISREG(facts.st_mode)) {
    OurFault("the input of a child is not a regular file that was opened for reading only");
  }
}

bool IsEndOfTask(const ChildEvent& event) {
  return std::holds_alternative<ChildResult>(event) || std::holds_alternative<ChildFailed>(event);
}

}  // namespace

std::string_view ChildEndName(ChildEnd::How how) {
  switch (how) {
    case ChildEnd::How::kExited: return "exited";
    case ChildEnd::How::kStopped: return "stopped";
    case ChildEnd::How::kMisbehaved: return "misbehaved";
    case ChildEnd::How::kCrashed: return "crashed";
    case ChildEnd::How::kOutOfMemory: return "out_of_memory";
    case ChildEnd::How::kTooMuchTime: return "too_much_time";
    case ChildEnd::How::kFileTooLarge: return "file_too_large";
    case ChildEnd::How::kForbiddenCall: return "forbidden_call";
  }
  return "";
}

class ChildProcess::Impl {
 public:
  explicit Impl(Options options)
      : limits_(std::move(options.limits)), budget_(steady_clock::now()) {
    if (options.input) CheckInput(*options.input);
    auto [ours, its] = MessageChannel::MakeSockets();
    channel_.emplace(std::move(ours), MessageChannel::Side::kParent);
    id_ = StartChild(its.get(), options.input.value_or(-1), options.shows_errors);
    watch_ = FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, id_, 0)));
    // Kept small, so it fits into the socket; if the child ends first, `Next` tells.
    const ChildSetup setup{limits_, options.input.has_value(), options.requires_all_layers};
    try {
      Write({MessageType::kSetup, ToJson(setup)});
    } catch (...) {
      Kill(ChildEnd::How::kStopped);
      throw;
    }
  }
  ~Impl() { Kill(ChildEnd::How::kStopped); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  bool Start(std::string_view task, std::string_view parameters) {
    if (end_) return false;
    if (state_ != State::kIdle) OurFault("a child was given a task before it was ready for one");
    // Not put together by hand: what is no JSON must not come out as another message.
    auto values = nlohmann::json::parse(parameters, nullptr, false);
    if (values.is_discarded()) OurFault("the parameters of a task are no JSON");
    const nlohmann::json message{{"name", task}, {"parameters", std::move(values)}};
    if (!Write({MessageType::kTask, message.dump()})) return false;
    state_ = State::kBusy;
    return true;
  }

  void Cancel() {
    if (!end_ && state_ == State::kBusy) Write({MessageType::kCancel, {}});
  }

  ChildEvent Next(steady_clock::time_point deadline, const std::stop_token& stop) {
    if (end_) return *end_;
    auto received = channel_->Read(deadline, stop);
    if (auto* message = std::get_if<Message>(&received)) {
      if (!budget_.Take(steady_clock::now())) return Kill(ChildEnd::How::kMisbehaved);
      auto event = EventOf(*message);
      if (!event || !Fits(*event)) return Kill(ChildEnd::How::kMisbehaved);
      return std::move(*event);
    }
    switch (std::get<MessageChannel::Silence>(received)) {
      case MessageChannel::Silence::kTimedOut: return ChildSilence::kTimedOut;
      case MessageChannel::Silence::kStopped: return ChildSilence::kStopped;
      case MessageChannel::Silence::kMisbehaved: return Kill(ChildEnd::How::kMisbehaved);
      case MessageChannel::Silence::kClosed: break;
    }
    // A child closes its end by ending; one that lives on without it is none of ours.
    const bool ends = WaitForEnd(steady_clock::now() + kPatienceToEnd);
    return Kill(ends ? ChildEnd::How::kStopped : ChildEnd::How::kMisbehaved);
  }

  // `why` is how it ended, unless it had ended by itself.
  ChildEnd Kill(ChildEnd::How why) {
    if (end_) return *end_;
    siginfo_t ended{};
    const bool by_itself =
        waitid(P_PID, static_cast<id_t>(id_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        ended.si_pid == id_;
    // While it is not reaped its number is not another's. The group is for what it may have
    // started where the sandbox has a layer less.
    kill(-id_, SIGKILL);
    kill(id_, SIGKILL);
    int status = 0;
    rusage used{};
    pid_t reaped = 0;
    do {
      reaped = wait4(id_, &status, 0, &used);
    } while (reaped < 0 && errno == EINTR);
    end_ = reaped == id_ ? EndOf(status, used, by_itself, why) : ChildEnd{why, 0};
    channel_->Close();
    return *end_;
  }

  pid_t id() const { return id_; }

 private:
  enum class State { kStarting, kIdle, kBusy };

  // False when the child has ended, or does not read and was killed for it.
  bool Write(const Message& message) {
    if (channel_->Write(message, steady_clock::now() + kPatienceToWrite)) return true;
    // What it said before it ended is still to be read.
    if (!WaitForEnd(steady_clock::now() + kPatienceToEnd)) Kill(ChildEnd::How::kMisbehaved);
    return false;
  }

  // Whether it may come now; if so, what comes next.
  bool Fits(const ChildEvent& event) {
    const bool is_ready = std::holds_alternative<ChildReady>(event);
    const bool is_failure = std::holds_alternative<ChildFailed>(event);
    switch (state_) {
      case State::kStarting:
        if (is_ready) state_ = State::kIdle;
        return is_ready || is_failure;
      case State::kIdle: return false;
      case State::kBusy:
        if (IsEndOfTask(event)) state_ = State::kIdle;
        return !is_ready;
    }
    return false;
  }

  bool WaitForEnd(steady_clock::time_point deadline) {
    if (!watch_.IsOpen()) return true;  // A kernel before 5.3 cannot tell: it is killed at once.
    for (;;) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
      pollfd on{watch_.get(), POLLIN, 0};
      const int ready =
          poll(&on, 1, static_cast<int>(std::clamp<int64_t>(left.count(), 0, INT_MAX)));
      if (ready > 0) return true;
      if (ready == 0 && steady_clock::now() >= deadline) return false;
      if (ready < 0 && errno != EINTR) return true;
    }
  }

  ChildEnd EndOf(int status, const rusage& used, bool by_itself, ChildEnd::How why) const {
    if (why == ChildEnd::How::kMisbehaved) return {why, status};
    if (WIFEXITED(status)) return {ChildEnd::How::kExited, WEXITSTATUS(status)};
    const int signal = WTERMSIG(status);
    const int64_t seconds = used.ru_utime.tv_sec + used.ru_stime.tv_sec;
    switch (signal) {
      case SIGXCPU: return {ChildEnd::How::kTooMuchTime, signal};
      case SIGXFSZ: return {ChildEnd::How::kFileTooLarge, signal};
      case SIGSYS: return {ChildEnd::How::kForbiddenCall, signal};
      case SIGKILL:
        if (seconds >= limits_.cpu_seconds) return {ChildEnd::How::kTooMuchTime, signal};
        return {by_itself ? ChildEnd::How::kOutOfMemory : why, signal};
      default: return {ChildEnd::How::kCrashed, signal};
    }
  }

  const SandboxLimits limits_;
  MessageBudget budget_;
  std::optional<MessageChannel> channel_;
  pid_t id_ = -1;
  FileDescriptor watch_;  // Can be read from when it has ended.
  State state_ = State::kStarting;
  std::optional<ChildEnd> end_;
};

ChildProcess::ChildProcess(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
ChildProcess::~ChildProcess() = default;

bool ChildProcess::Start(std::string_view task, std::string_view parameters) {
  return impl_->Start(task, parameters);
}
void ChildProcess::Cancel() {
  impl_->Cancel();
}
ChildEvent ChildProcess::Next(std::chrono::steady_clock::time_point deadline,
                              const std::stop_token& stop) {
  return impl_->Next(deadline, stop);
}
ChildEnd ChildProcess::Kill() {
  return impl_->Kill(ChildEnd::How::kStopped);
}
pid_t ChildProcess::id() const {
  return impl_->id();
}

}  // namespace tapmask
