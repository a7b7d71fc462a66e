// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace tapmask {

// Adds the processor time that its thread spends until the end of the scope to that of its step,
// for benchmarks. Does nothing unless one collects. Scopes on one thread must not overlap, or time
// counts twice. Any thread.
class Stopwatch {
 public:
  // `step` is a literal: its characters must outlive the stopwatch.
  explicit Stopwatch(std::string_view step);
  ~Stopwatch();
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

  static void Collect();  // From now on; forgets what was collected before.
  static std::map<std::string, double> Seconds();  // By step.

 private:
  std::string_view step_;
  double begun_ = -1;  // Negative: nobody collects.
};

}  // namespace tapmask
