// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <stop_token>
#include <thread>

namespace tapmask {

// Hears Ctrl-C, a request to end (SIGTERM) and a terminal that closes (SIGHUP) while it lives. The
// first asks the job to stop, so that it can clean up; the second ends the program at once with
// exit code 4. One instance at a time.
class StopSignals {
 public:
  // Throws kUnavailable when the system has no pipe or thread left.
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::array<int, 2> pipe_{-1, -1};  // The handler writes, the thread reads.
  std::jthread thread_;
};

}  // namespace tapmask
