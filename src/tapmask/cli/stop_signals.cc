// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/stop_signals.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

#include "tapmask/cli/exit_code.h"
#include "tapmask/core/error.h"

namespace tapmask {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};
constexpr char kStop = 's';
constexpr char kEnd = 'e';

std::atomic<int> handler_pipe{-1};
std::atomic<bool> stop_was_asked{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
              "a signal handler may only use atomics without locks");

std::array<struct sigaction, kSignals.size()> previous_actions;

// Only calls that are safe in a signal handler.
extern "C" void OnStopSignal(int) {
  if (stop_was_asked.exchange(true)) _exit(static_cast<int>(ExitCode::kCancelled));
  const int saved_errno = errno;
  [[maybe_unused]] const ssize_t written = write(handler_pipe.load(), &kStop, 1);
  errno = saved_errno;
}

}  // namespace

StopSignals::StopSignals() {
  if (pipe2(pipe_.data(), O_CLOEXEC) != 0) {
    throw Error(Code::kUnavailable, "The system has no file handles left; close other programs.");
  }
  thread_ = std::jthread([this] {
    for (;;) {
      char byte = kEnd;
      const ssize_t got = read(pipe_[0], &byte, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got != 1 || byte == kEnd) return;
      source_.request_stop();
    }
  });
  stop_was_asked = false;
  handler_pipe = pipe_[1];
  struct sigaction action {};
  action.sa_handler = OnStopSignal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], nullptr, &previous_actions[i]);
    // Under nohup a closing terminal does not matter.
    if (kSignals[i] == SIGHUP && previous_actions[i].sa_handler == SIG_IGN) continue;
    sigaction(kSignals[i], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &previous_actions[i], nullptr);
  }
  while (write(pipe_[1], &kEnd, 1) < 0 && errno == EINTR) {
  }
  thread_.join();
  close(pipe_[0]);
  close(pipe_[1]);
}

}  // namespace tapmask
