// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tapmask {

// Address and thread sanitizers reserve terabytes of addresses: under them the limit on memory is
// off, and only there.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMemoryIsLimited = false;
#else
constexpr bool kMemoryIsLimited = true;
#endif

// What a child may use until it ends, all its tasks together.
struct SandboxLimits {
  // Of addresses, so more than is filled: the program and its libraries take half a GB, each
  // thread's stack and heap up to 136 MB. At least 1 GB.
  int64_t memory_bytes = int64_t{4} << 30;
  int64_t cpu_seconds = 3600;              // Of all threads together. >= 1.
  int64_t file_bytes = int64_t{16} << 30;  // Of each file that is written. >= 0.
  int64_t open_files = 64;                 // 16 to 1024, with the channel and the input.
  // The only files that can be opened are below it, for reading and writing. Absolute, there.
  std::filesystem::path scratch_folder;
  // Besides, these files and folders can be read, e.g. a model's. Absolute; missing ones are left
  // out.
  std::vector<std::filesystem::path> readable;
};

// One of the walls around a child.
struct SandboxLayer {
  std::string name;
  bool works = false;
  std::string why_not;  // A phrase for whoever runs the program; empty when it works.
};

// Their names, in the order of the lists below.
namespace sandbox_layer {
constexpr std::string_view kChildProcess = "child process";    // Another process, killed with ours.
constexpr std::string_view kNoNewPrivileges = "no_new_privs";  // No way to more rights.
constexpr std::string_view kLimits = "rlimits";                // Memory, time, files.
constexpr std::string_view kNamespaces = "namespaces";         // A network without anything in it.
constexpr std::string_view kLandlock = "landlock";  // No files but those of the scratch folder.
constexpr std::string_view kSeccomp = "seccomp";    // No calls but those of a list.
}  // namespace sandbox_layer

// Shuts the calling process in, for good. To be called before a byte of the input is read and
// before any thread is started. The working folder becomes the scratch folder.
//
// No process can be started afterwards, only threads. Reading the user's files, the network,
// tracing and everything else that is not on the list of seccomp.cc is refused or ends the process
// at once. A layer that the system does not have is left out, and the answer says so: one entry
// for each layer but the child process, in order.
//
// Throws kInternal when the limits are out of range, kUnavailable when the scratch folder cannot
// be used.
std::vector<SandboxLayer> EnterSandbox(const SandboxLimits& limits);

// Which layers work here, the child process first: tried by a process that is thrown away, within
// `patience`. Takes some milliseconds. Other threads may run meanwhile.
std::vector<SandboxLayer> ProbeSandbox(
    std::chrono::milliseconds patience = std::chrono::seconds(10));

// "landlock (the kernel has none); seccomp (...)" of those that do not work; empty when all do.
std::string MissingLayers(std::span<const SandboxLayer> layers);

}  // namespace tapmask
