// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include "tapmask/core/clock.h"
#include "tapmask/jobs/stores.h"
#include "tapmask/jobs/tier.h"
#include "tapmask/storage/blob_store.h"
#include "tapmask/telemetry/log.h"
#include "tapmask/telemetry/metrics.h"
#include "tapmask/worker/lease_keeper.h"
#include "tapmask/worker/task_driver.h"
#include "tapmask/worker/warm_children.h"

namespace tapmask {

// How long a worker waits. For tests, which do not.
struct WorkerPace {
  LeaseKeeper::Pace lease;
  std::optional<TaskPatience> patience;  // Instead of that of each kind of job.
  // A store that cannot be told how an attempt ended is told again: for as long as a lease may be
  // silent, or for `stop` when the worker must go.
  std::chrono::milliseconds tell_again{500};
  std::chrono::milliseconds stop{5'000};
};

// What all slots of a worker share. All referred to must outlive them.
struct WorkerShared {
  Stores& stores;
  BlobStore& blobs;
  const Clock& clock;
  WarmChildren& warm_children;
  Log log;
  Metrics& metrics;
  Tiers tiers;
  int threads = 1;                // Of one job.
  bool requires_sandbox = false;  // Jobs fail rather than run without one of its layers.
  WorkerPace pace{};
};

// Works on a claimed job until it has ended, one way or another, and tells the store. Never throws:
// what goes wrong ends up in the job, or, when the store cannot be reached, in the lease that runs
// out. What an attempt has put into storage is gone when it was lost or cancelled; of one that is
// to be tried again the checkpoint alone stays, of a job that is complete its outputs alone.
//
// stop   The worker must go: the job is given back, and does not count as an attempt.
void RunJob(const WorkerShared& shared, const Job& job, const std::stop_token& stop);

}  // namespace tapmask
