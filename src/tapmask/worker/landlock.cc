// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/landlock.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

#include "tapmask/worker/message_channel.h"

namespace tapmask {
namespace {

// The kernel's interface: neither the C library nor the headers of an older system have it whole.
constexpr long kCreateRuleset = 444, kAddRule = 445, kRestrictSelf = 446;  // Of every processor.
constexpr uint32_t kVersionOnly = 1;
constexpr int kBeneathPath = 1;

struct Ruleset {
  uint64_t file_rights = 0;
  uint64_t network_rights = 0;  // Since version 4.
  uint64_t scopes = 0;          // Since version 6.
};
struct __attribute__((packed)) PathRule {
  uint64_t rights = 0;
  int32_t parent = -1;
};

// Rights, and how many of them there are by version; each version has those before as well.
constexpr uint64_t kExecute = 1 << 0, kWrite = 1 << 1, kRead = 1 << 2, kReadFolder = 1 << 3;
constexpr uint64_t kRemoveFolder = 1 << 4, kRemoveFile = 1 << 5;
constexpr uint64_t kMakeFolder = 1 << 7, kMakeFile = 1 << 8;
constexpr uint64_t kMoveBetweenFolders = 1 << 13, kTruncate = 1 << 14;
constexpr uint64_t kOfFiles = kExecute | kWrite | kRead | kTruncate;
// Neither links, which could lead whoever takes an output to a file outside, nor pipes, sockets
// and devices.
constexpr uint64_t kInScratch = kWrite | kRead | kReadFolder | kRemoveFolder | kRemoveFile |
                                kMakeFolder | kMakeFile | kMoveBetweenFolders | kTruncate;
constexpr int kNewestVersion = 6;  // Whose rights we know.
constexpr std::array<int, kNewestVersion> kRightsOfVersion{13, 14, 15, 15, 16, 16};
constexpr uint64_t kAllNetwork = 3;  // Binding and connecting by TCP.
constexpr uint64_t kAllScopes = 3;   // Unix sockets by name and signals, beyond the sandbox.

std::string WhyRefused(int error) {
  if (error == ENOSYS) return "the kernel has none";
  if (error == EOPNOTSUPP) return "it is off in this kernel; add it to the list of lsm=";
  return std::generic_category().message(error);
}

}  // namespace

SandboxLayer RestrictFiles(const SandboxLimits& limits) {
  SandboxLayer layer{std::string(sandbox_layer::kLandlock), false, {}};
  const auto give_up = [&](const char* what) {
    layer.why_not = what + WhyRefused(errno);
    return layer;
  };
  const long there = syscall(kCreateRuleset, nullptr, size_t{0}, kVersionOnly);
  if (there < 1) return give_up("");
  const int version = static_cast<int>(std::min<long>(there, kNewestVersion));
  const uint64_t all = (uint64_t{1} << kRightsOfVersion[static_cast<size_t>(version - 1)]) - 1;

  Ruleset ruleset{all, version >= 4 ? kAllNetwork : 0, version >= 6 ? kAllScopes : 0};
  const size_t bytes = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  const FileDescriptor rules(static_cast<int>(syscall(kCreateRuleset, &ruleset, bytes, 0U)));
  if (!rules.IsOpen()) return give_up("its rules: ");

  const auto allow = [&](const std::filesystem::path& path, uint64_t rights) {
    const FileDescriptor place(open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat facts {};
    if (!place.IsOpen() || fstat(place.get(), &facts) != 0) return false;
    if (!S_ISDIR(facts.st_mode)) rights &= kOfFiles;
    PathRule rule{rights & all, place.get()};
    return syscall(kAddRule, rules.get(), kBeneathPath, &rule, 0U) == 0;
  };
  if (!allow(limits.scratch_folder, kInScratch)) return give_up("the scratch folder: ");
  for (const auto& path : limits.readable) {
    if (!allow(path, kRead | kReadFolder) && errno != ENOENT) return give_up("a readable file: ");
  }
  if (syscall(kRestrictSelf, rules.get(), 0U) != 0) return give_up("closing it: ");
  layer.works = true;
  return layer;
}

}  // namespace tapmask
