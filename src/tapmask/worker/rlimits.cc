// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/rlimits.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace tapmask {
namespace {

// Whoever ignores the signal of the time limit is killed so much later.
constexpr rlim_t kSecondsOfGrace = 2;

void PreferAsVictim() {
  const int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  (void)!write(file, "1000", 4);  // The rest of the service is worth more than one job.
  close(file);
}

}  // namespace

SandboxLayer SetResourceLimits(const SandboxLimits& limits) {
  PreferAsVictim();
  SandboxLayer layer{std::string(sandbox_layer::kLimits), true, {}};
  const auto set = [&](decltype(RLIMIT_AS) resource, const char* name, int64_t soft, rlim_t more) {
    rlimit now{};
    getrlimit(resource, &now);
    rlimit wanted{static_cast<rlim_t>(soft), static_cast<rlim_t>(soft) + more};
    if (wanted.rlim_max > now.rlim_max) wanted.rlim_max = now.rlim_max;
    if (wanted.rlim_cur > wanted.rlim_max) wanted.rlim_cur = wanted.rlim_max;
    if (setrlimit(resource, &wanted) == 0) return;
    layer.works = false;
    layer.why_not = fmt::format("{}: {}", name, std::generic_category().message(errno));
  };
  if (kMemoryIsLimited) set(RLIMIT_AS, "memory", limits.memory_bytes, 0);
  set(RLIMIT_CPU, "processor time", limits.cpu_seconds, kSecondsOfGrace);
  set(RLIMIT_FSIZE, "size of files", limits.file_bytes, 0);
  set(RLIMIT_NOFILE, "open files", limits.open_files, 0);
  set(RLIMIT_CORE, "core dumps", 0, 0);
  set(RLIMIT_MSGQUEUE, "message queues", 0, 0);
  set(RLIMIT_MEMLOCK, "locked memory", 0, 0);
  return layer;
}

}  // namespace tapmask
