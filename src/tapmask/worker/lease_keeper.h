// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "tapmask/core/clock.h"
#include "tapmask/jobs/job_store.h"

namespace tapmask {

// Keeps the lease of a job while its child works, and tells the store how far that is.
//
// A store that cannot be reached for a while is no reason to throw work away; but when it has not
// been heard for so long that another worker may well have the job, the lease counts as lost.
// Not thread-safe.
class LeaseKeeper {
 public:
  using Steady = std::chrono::steady_clock;

  struct Pace {
    // A beat costs a write, and people see progress by it; a lease lasts for fifteen.
    std::chrono::milliseconds interval{2'000};
    std::chrono::milliseconds longest_silence{60'000};
  };

  // Both must outlive it. The lease was given just now.
  LeaseKeeper(JobStore& jobs, const Clock& clock, Lease lease, Pace pace, Steady::time_point now);

  const Lease& lease() const { return lease_; }
  Steady::time_point next_beat() const { return next_; }

  // What is told with the next beat. Neither goes back within an attempt.
  void SetProgress(JobStatus stage, int percent);
  // Tells the store when it is time, or the stage is another one. What the last answer was,
  // otherwise; once lost is lost for good, and the store is not asked any more.
  // Throws what the store throws, but for kUnavailable and kStorageFull.
  LeaseAnswer BeatIfDue(Steady::time_point now);
  LeaseAnswer Beat(Steady::time_point now);  // At once.
  LeaseAnswer Checkpoint(const std::string& checkpoint, Steady::time_point now);

 private:
  // Lets `say` talk to the store.
  template <class Say>
  LeaseAnswer Ask(Steady::time_point now, Say say);

  JobStore& jobs_;
  const Clock& clock_;
  const Lease lease_;
  const Pace pace_;
  Steady::time_point next_, heard_;
  JobStatus stage_ = JobStatus::kValidating, told_stage_ = JobStatus::kValidating;
  int percent_ = 0;
  LeaseAnswer answer_ = LeaseAnswer::kHeld;
};

}  // namespace tapmask
