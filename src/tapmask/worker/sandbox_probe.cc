// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/pipeline/scratch.h"
#include "tapmask/worker/message_channel.h"
#include "tapmask/worker/sandbox.h"
#include "tapmask/worker/sandbox_json.h"

namespace tapmask {
namespace {

constexpr const char* kNothingSaid = "the process that tried it ended without an answer";

// In the process that is thrown away. It is a copy of this one, so it has no other threads and only
// uses what such a copy can: no locks but those of the C library's memory.
[[noreturn]] void Try(FileDescriptor socket, const SandboxLimits& limits, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != parent) _exit(1);
  try {
    std::vector<SandboxLayer> layers = EnterSandbox(limits);
    for (SandboxLayer& layer : layers) {
      if (layer.name != sandbox_layer::kLandlock || !layer.works) continue;
      // The layer must do what it promises, not only be there.
      const int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      if (root < 0) continue;
      layer.works = false;
      layer.why_not = "folders outside the sandbox can still be read";
    }
    MessageChannel(std::move(socket), MessageChannel::Side::kChild)
        .Write({MessageType::kReady, ToJson(layers)}, std::nullopt);
  } catch (...) {
    _exit(1);
  }
  _exit(0);
}

std::vector<SandboxLayer> NoneWorks(const std::string& why_not) {
  std::vector<SandboxLayer> layers;
  for (const auto name :
       {sandbox_layer::kNoNewPrivileges, sandbox_layer::kLimits, sandbox_layer::kNamespaces,
        sandbox_layer::kLandlock, sandbox_layer::kSeccomp}) {
    layers.push_back({std::string(name), false, why_not});
  }
  return layers;
}

std::vector<SandboxLayer> LayersThatWork(std::chrono::milliseconds patience) {
  const Scratch scratch{{}};
  SandboxLimits limits;
  limits.scratch_folder = std::filesystem::absolute(scratch.folder());
  auto [ours, its] = MessageChannel::MakeSockets();
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    return NoneWorks("no process can be started: " + std::generic_category().message(errno));
  }
  if (child == 0) {
    ours = FileDescriptor();
    Try(std::move(its), limits, parent);
  }
  its = FileDescriptor();
  MessageChannel channel(std::move(ours), MessageChannel::Side::kParent);
  const auto received = channel.Read(std::chrono::steady_clock::now() + patience, {});
  kill(child, SIGKILL);
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  const auto* message = std::get_if<Message>(&received);
  const auto layers = message ? LayersFromJson(message->payload) : std::nullopt;
  return layers ? *layers : NoneWorks(kNothingSaid);
}

SandboxLayer ChildCanBeStarted() {
  SandboxLayer layer{std::string(sandbox_layer::kChildProcess), true, {}};
  // As ChildProcess starts it.
  if (access("/proc/self/exe", X_OK) != 0) {
    layer.works = false;
    layer.why_not = "/proc/self/exe: " + std::generic_category().message(errno);
  }
  return layer;
}

}  // namespace

std::vector<SandboxLayer> ProbeSandbox(std::chrono::milliseconds patience) {
  std::vector<SandboxLayer> layers{ChildCanBeStarted()};
  try {
    for (SandboxLayer& layer : LayersThatWork(patience)) layers.push_back(std::move(layer));
  } catch (const Error& error) {
    for (SandboxLayer& layer : NoneWorks(error.public_text())) layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace tapmask
