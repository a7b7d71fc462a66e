// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/worker_supervisor.h"

#include <algorithm>
#include <csignal>
#include <map>
#include <spawn.h>
#include <sstream>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "tapmask/cli/worker_link.h"
#include "tapmask/core/stop_wait.h"

namespace tapmask {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kTimeToEnd{20};  // To give jobs back.
constexpr std::chrono::seconds kGoodWhile{3};
constexpr std::chrono::milliseconds kLook{200};

// A worker process with `link` as its descriptor 3; -1: it could not be started.
pid_t Spawn(int link) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, link, kWorkerLink);
  // Its own group: what the terminal sends to ours, Ctrl-C, is for us to pass on.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  std::string program = "tapmask", argument = kWorkerArgument;
  char* const arguments[] = {program.data(), argument.data(), nullptr};
  pid_t pid = -1;
  if (::posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, arguments, environ) != 0) {
    pid = -1;
  }
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return pid;
}

bool HasEnded(pid_t pid, int& status) {
  const pid_t ended = ::waitpid(pid, &status, WNOHANG);
  return ended == pid || (ended < 0 && errno == ECHILD);
}

}  // namespace

WorkerSupervisor::WorkerSupervisor(std::string settings,
                                   std::function<void(const std::string&)> on_worker_end, Log log)
    : settings_(std::move(settings)),
      on_worker_end_(std::move(on_worker_end)),
      log_(std::move(log)),
      thread_([this](const std::stop_token& stop) { Keep(stop); }) {}

WorkerSupervisor::~WorkerSupervisor() {
  thread_.request_stop();
  thread_.join();
}

std::string WorkerSupervisor::Metrics() const {
  const std::lock_guard lock(mutex_);
  return metrics_;
}

void WorkerSupervisor::Keep(const std::stop_token& stop) {
  std::chrono::milliseconds pause{250};
  while (!stop.stop_requested()) {
    const bool was_good = RunOnce(stop);
    if (stop.stop_requested()) return;
    // One that ends again and again must not take the machine with it.
    pause = was_good ? std::chrono::milliseconds(250)
                     : std::min<std::chrono::milliseconds>(pause * 2, std::chrono::seconds(30));
    SleepUnlessStopped(pause, stop);
  }
}

bool WorkerSupervisor::RunOnce(const std::stop_token& stop) {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return false;
  WorkerLink link{FileDescriptor(ends[0])};
  pid_t pid = -1;
  {
    const FileDescriptor theirs(ends[1]);
    pid = Spawn(theirs.get());
  }
  if (pid < 0) {
    log_.Error("worker_not_started");
    return false;
  }
  const Steady::time_point begun = Steady::now();
  log_.Info("worker_started", {{"pid", pid}});
  link.Send(settings_);
  int status = 0;
  while (!stop.stop_requested() && !HasEnded(pid, status)) {
    // A closed link is seen by its end, soon.
    if (link.is_closed()) SleepUnlessStopped(kLook, stop);
    if (std::optional<std::string> text = link.Receive(kLook)) {
      const std::lock_guard lock(mutex_);
      metrics_ = std::move(*text);
    }
  }
  if (stop.stop_requested()) {
    ::kill(pid, SIGTERM);
    const Steady::time_point give_up = Steady::now() + kTimeToEnd;
    while (!HasEnded(pid, status)) {
      if (Steady::now() >= give_up) ::kill(pid, SIGKILL);
      (void)link.Receive(std::chrono::milliseconds(20));
      if (link.is_closed()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }
  on_worker_end_(WorkerName(pid));
  log_.Warning("worker_ended", {{"pid", pid},
                                {"signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0},
                                {"exit_status", WIFEXITED(status) ? WEXITSTATUS(status) : 0}});
  return Steady::now() - begun >= kGoodWhile;
}

std::string MergedMetrics(const std::string& first, const std::string& second) {
  struct Family {
    std::vector<std::string> head, samples;
  };
  std::vector<std::string> order;
  std::map<std::string, Family> families;
  for (const std::string* text : {&first, &second}) {
    std::istringstream lines(*text);
    std::string line, name;
    std::map<std::string, Family> found;
    while (std::getline(lines, line)) {
      if (line.starts_with("# ")) {
        std::istringstream words(line);
        std::string hash, word;
        words >> hash >> word >> name;
        found[name].head.push_back(line);
        if (std::find(order.begin(), order.end(), name) == order.end()) order.push_back(name);
      } else if (!name.empty() && !line.empty()) {
        found[name].samples.push_back(line);
      }
    }
    for (auto& [its_name, family] : found) {
      Family& place = families[its_name];
      if (place.samples.empty()) place = std::move(family);
    }
  }
  std::string merged;
  for (const std::string& name : order) {
    for (const auto* lines : {&families[name].head, &families[name].samples}) {
      for (const std::string& line : *lines) merged += line + "\n";
    }
  }
  return merged;
}

}  // namespace tapmask
