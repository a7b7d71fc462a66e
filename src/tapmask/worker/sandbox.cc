// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/sandbox.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/worker/landlock.h"
#include "tapmask/worker/rlimits.h"
#include "tapmask/worker/seccomp.h"

namespace tapmask {
namespace {

std::string ErrnoText(int error) {
  return std::generic_category().message(error);
}

void CheckRanges(const SandboxLimits& limits) {
  const bool fits = limits.memory_bytes >= int64_t{1} << 30 && limits.cpu_seconds >= 1 &&
                    limits.file_bytes >= 0 && limits.open_files >= 16 &&
                    limits.open_files <= 1024 && limits.scratch_folder.is_absolute();
  if (!fits) {
    throw Error(Code::kInternal, "Something went wrong; please try again.",
                "a limit of the sandbox is out of range");
  }
}

// In namespaces of its own there are no network, no message queues and no names of others.
SandboxLayer LeaveNamespaces() {
  SandboxLayer layer{std::string(sandbox_layer::kNamespaces), true, {}};
  constexpr int kSpaces = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
  if (unshare(CLONE_NEWUSER | kSpaces) == 0) return layer;
  const int reason = errno;
  if (unshare(kSpaces) == 0) return layer;  // An administrator may without those of users.
  layer.works = false;
  layer.why_not = reason == EPERM || reason == ENOSPC || reason == EUSERS
                      ? "the system does not let users make them (" + ErrnoText(reason) + ")"
                      : ErrnoText(reason);
  return layer;
}

// Root's rights, and those that a namespace of one's own brings with it.
bool DropCapabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> none{};
  return syscall(SYS_capset, &header, none.data()) == 0;
}

SandboxLayer GiveUpPrivileges() {
  SandboxLayer layer{std::string(sandbox_layer::kNoNewPrivileges), true, {}};
  // Not dumpable: others of the same user cannot trace it or read its memory.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
      !DropCapabilities()) {
    layer.works = false;
    layer.why_not = ErrnoText(errno);
  }
  return layer;
}

}  // namespace

std::vector<SandboxLayer> EnterSandbox(const SandboxLimits& limits) {
  CheckRanges(limits);
  tzset();  // Reads a file.
  if (chdir(limits.scratch_folder.c_str()) != 0) {
    throw Error(Code::kUnavailable, "The scratch folder of the work cannot be used; try again.",
                ErrnoText(errno));
  }
  // Namespaces first, as long as it may; what is not dumpable cannot change its own limits' files.
  SandboxLayer namespaces = LeaveNamespaces();
  SandboxLayer rlimits = SetResourceLimits(limits);
  SandboxLayer privileges = GiveUpPrivileges();
  SandboxLayer landlock = RestrictFiles(limits);
  // Changing rights may have undone it.
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  SandboxLayer seccomp = RestrictCalls();
  return {std::move(privileges), std::move(rlimits), std::move(namespaces), std::move(landlock),
          std::move(seccomp)};
}

std::string MissingLayers(std::span<const SandboxLayer> layers) {
  std::string missing;
  for (const SandboxLayer& layer : layers) {
    if (layer.works) continue;
    if (!missing.empty()) missing += "; ";
    missing += layer.name + " (" + layer.why_not + ")";
  }
  return missing;
}

}  // namespace tapmask
