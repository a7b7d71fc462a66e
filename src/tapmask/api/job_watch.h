// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>

#include "tapmask/api/task.h"
#include "tapmask/jobs/job_store.h"

namespace tapmask::api {

// Tells coroutines that some job has changed. A thread of its own asks the store for the rev of the
// last change while somebody waits, for it may be another process that changes jobs; so a change
// is told `interval` later at most.
//
// May be used from any thread; waiting is for coroutines on a Loop.
class JobWatch {
 public:
  struct Options {
    std::chrono::milliseconds interval{50};
  };
  // `jobs` must outlive it.
  JobWatch(JobStore& jobs, Options options);
  ~JobWatch();
  JobWatch(const JobWatch&) = delete;
  JobWatch& operator=(const JobWatch&) = delete;

  // Waits until the rev of all jobs is larger than `rev`, or the time is over, or `stop`. Returns
  // the last rev that is known.
  Task<int64_t> WaitFor(int64_t rev, std::chrono::milliseconds at_most, std::stop_token stop);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tapmask::api
