// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "tapmask/telemetry/log.h"

namespace tapmask {

// Keeps one worker process running: starts it, and again when it ends, sooner or later.
class WorkerSupervisor {
 public:
  // settings       SettingsText.
  // on_worker_end  Called with what the names of a worker that has ended begin with in the store.
  // Throws nothing: what cannot be started is tried again.
  WorkerSupervisor(std::string settings, std::function<void(const std::string&)> on_worker_end,
                   Log log);
  // Asks the worker to give its jobs back and end; kills it if it does not.
  ~WorkerSupervisor();
  WorkerSupervisor(const WorkerSupervisor&) = delete;
  WorkerSupervisor& operator=(const WorkerSupervisor&) = delete;

  // The metrics that the worker last told; empty when there are none.
  std::string Metrics() const;

 private:
  void Keep(const std::stop_token& stop);
  // From its start to its end. True: it ran for a good while.
  bool RunOnce(const std::stop_token& stop);

  const std::string settings_;
  const std::function<void(const std::string&)> on_worker_end_;
  const Log log_;
  mutable std::mutex mutex_;
  std::string metrics_;
  std::jthread thread_;
};

// The metrics of two processes as one text. Of a metric that both declare the figures of whichever
// has any are taken.
std::string MergedMetrics(const std::string& first, const std::string& second);

}  // namespace tapmask
