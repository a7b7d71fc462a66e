// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>

#include "tapmask/storage/file_descriptor.h"

namespace tapmask {

// The descriptor of the link in a worker process, and the argument that makes the program one.
constexpr int kWorkerLink = 3;
constexpr const char* kWorkerArgument = "--worker";

// What the name of a worker process begins with in the store.
inline std::string WorkerName(pid_t pid) {
  return std::to_string(pid) + ":";
}

// One end of the socket between `tapmask serve` and its worker process, over which texts without
// NUL go: serve sends the settings once, the worker its metrics now and then. That the other end is
// closed is how each learns that the other is gone. Not thread-safe.
class WorkerLink {
 public:
  explicit WorkerLink(FileDescriptor socket) : socket_(std::move(socket)) {}

  // False when the other end is closed.
  bool Send(const std::string& text);
  // The next text; nothing when none has come in time, or none will come: see `is_closed`.
  std::optional<std::string> Receive(std::chrono::milliseconds at_most);
  bool is_closed() const { return is_closed_; }

 private:
  FileDescriptor socket_;
  std::string buffer_;
  bool is_closed_ = false;
};

}  // namespace tapmask
