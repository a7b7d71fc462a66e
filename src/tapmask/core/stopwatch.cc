// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/stopwatch.h"

#include <atomic>
#include <ctime>
#include <mutex>

namespace tapmask {
namespace {

std::atomic<bool> collecting{false};
std::mutex mutex;
std::map<std::string, double> collected;  // Guarded by `mutex`.

double ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

Stopwatch::Stopwatch(std::string_view step) : step_(step) {
  if (collecting) begun_ = ThreadSeconds();
}

Stopwatch::~Stopwatch() {
  if (begun_ < 0) return;
  const double seconds = ThreadSeconds() - begun_;
  const std::scoped_lock lock(mutex);
  collected[std::string(step_)] += seconds;
}

void Stopwatch::Collect() {
  const std::scoped_lock lock(mutex);
  collected.clear();
  collecting = true;
}

std::map<std::string, double> Stopwatch::Seconds() {
  const std::scoped_lock lock(mutex);
  return collected;
}

}  // namespace tapmask
