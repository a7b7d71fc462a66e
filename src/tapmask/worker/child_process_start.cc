// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/child_process_start.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <climits>

#include "tapmask/core/error.h"
#include "tapmask/worker/child_process.h"

namespace tapmask {
namespace {

constexpr int kNotStarted = 127;  // As shells have it.

[[noreturn]] void NoRoom(int reason) {
  throw Error(Code::kUnavailable, "No process can be started now; try again later.",
              std::generic_category().message(reason));
}

// A sanitizer takes its settings from there; nothing else does.
std::vector<std::string> Environment() {
  std::vector<std::string> environment{"LANG=C"};
  if (!kMemoryIsLimited) {
    for (const char* name : {"TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
      const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it.
      if (value) environment.push_back(std::string(name) + "=" + value);
    }
    environment.emplace_back("ASAN_OPTIONS=detect_leaks=0");  // Looking for them takes a tracer.
  }
  return environment;
}

// Runs in the new process, where only what is safe in a signal handler may be called: other threads
// of ours may have held any lock.
[[noreturn]] void Become(int channel, int input, int nothing, int errors, pid_t parent,
                         char* const* arguments, char* const* environment) {
  setpgid(0, 0);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) _exit(kNotStarted);
  if (getppid() != parent) _exit(kNotStarted);  // It died before it could take us along.
  for (int number = 1; number < NSIG; ++number) {
    if (number != SIGKILL && number != SIGSTOP) (void)std::signal(number, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  umask(077);

  // Out of the way of the places first. Copies of dup2 stay open in the new program.
  constexpr int kAbove = 10;
  const std::array from{nothing, nothing, errors, channel, input};
  std::array<int, 5> kept{-1, -1, -1, -1, -1};
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] < 0) continue;
    kept[i] = fcntl(from[i], F_DUPFD_CLOEXEC, kAbove);
    if (kept[i] < 0) _exit(kNotStarted);
  }
  for (size_t i = 0; i < from.size(); ++i) {
    if (kept[i] >= 0 && dup2(kept[i], static_cast<int>(i)) < 0) _exit(kNotStarted);
  }
  const int first_other = input >= 0 ? kChildInput + 1 : kChildInput;
  if (close_range(static_cast<unsigned>(first_other), UINT_MAX, 0) != 0) {
    const long most = sysconf(_SC_OPEN_MAX);  // A kernel before 5.9.
    for (int fd = first_other; fd < most; ++fd) close(fd);
  }
  execve("/proc/self/exe", arguments, environment);
  _exit(kNotStarted);
}

}  // namespace

pid_t StartChild(int channel, int input, bool shows_errors) {
  const FileDescriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nothing.IsOpen()) NoRoom(errno);
  std::string name = "tapmask", argument = kChildArgument;
  const std::array<char*, 3> arguments{name.data(), argument.data(), nullptr};
  std::vector<std::string> texts = Environment();
  std::vector<char*> environment;
  for (std::string& text : texts) environment.push_back(text.data());
  environment.push_back(nullptr);

  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) NoRoom(errno);
  if (child == 0) {
    Become(channel, input, nothing.get(), shows_errors ? STDERR_FILENO : nothing.get(), parent,
           arguments.data(), environment.data());
  }
  setpgid(child, child);  // Whoever is first; so it is done when we return.
  return child;
}

}  // namespace tapmask
