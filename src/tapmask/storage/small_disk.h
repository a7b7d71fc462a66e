// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

// For tests of limits and of full disks.
namespace tapmask {

// What a child answers when the system does not let it set up what it needs.
inline constexpr int kCannotBeSetUp = 77;

// Runs `test` in a child process, whose limits and mounts are its own, and gives its answer, 0 to
// 199; 1 when it threw, which is on standard error then; 200 when it crashed.
template <class Test>
int InChild(Test test) {
  const pid_t child = ::fork();
  if (child == 0) {
    int answer = 1;
    try {
      answer = test();
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s\n", e.what());
    }
    ::_exit(answer);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 200;
}

// The same, with a disk of `bytes` at `folder`, which exists. kCannotBeSetUp: there may be none.
template <class Test>
int OnSmallDisk(const std::filesystem::path& folder, int64_t bytes, Test test) {
  return InChild([&] {
    const std::string size = "size=" + std::to_string(bytes);
    const bool has_disk =
        (::unshare(CLONE_NEWNS) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
        ::mount("none", folder.c_str(), "tmpfs", 0, size.c_str()) == 0;
    return has_disk ? test() : kCannotBeSetUp;
  });
}

}  // namespace tapmask
