// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "tapmask/worker/job_runner.h"

namespace tapmask {

// Claims jobs and works on them, several at once: slots for those that somebody waits for (previews
// and ingests) and slots for the long ones. Each slot is a thread that watches one child process.
class Worker {
 public:
  struct Options {
    std::string name;       // In the store, with the slot's number behind it.
    int preview_slots = 2;  // >= 1
    int job_slots = 1;      // >= 1
    // How soon a new job is seen.
    std::chrono::milliseconds look_interval{25};
    // Also without a sign of one: jobs whose wait is over, and whose claim got lost.
    std::chrono::milliseconds claim_interval{1'000};
    // How soon the child of a video that was deleted lets go of it.
    std::chrono::milliseconds trim_interval{5'000};
  };
  // `shared` must outlive it.
  Worker(const WorkerShared& shared, Options options);
  ~Worker();  // Gives back what it works on, and waits for that.
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

 private:
  void RunSlot(int slot, const std::vector<JobKind>& kinds, const std::stop_token& stop);
  void TrimChildren(const std::stop_token& stop);

  const WorkerShared& shared_;
  const Options options_;
  std::vector<std::jthread> slots_;
};

}  // namespace tapmask
