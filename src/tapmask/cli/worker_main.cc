// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/worker_main.h"

#include <algorithm>
#include <exception>
#include <fcntl.h>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>

#include "tapmask/cli/serve_settings.h"
#include "tapmask/cli/service_log.h"
#include "tapmask/cli/service_parts.h"
#include "tapmask/cli/stop_signals.h"
#include "tapmask/cli/worker_link.h"
#include "tapmask/core/error.h"
#include "tapmask/telemetry/metrics.h"
#include "tapmask/worker/sandbox.h"
#include "tapmask/worker/worker.h"

namespace tapmask {
namespace {

constexpr std::chrono::seconds kMetricsInterval{2};
constexpr std::chrono::milliseconds kParentLook{100};

Term LayerTerm(const SandboxLayer& layer) {
  return Term::OfFixedText(layer.name);
}

void Work(WorkerLink& link, const ServeSettings& settings, const StopSignals& signals) {
  const Log log = ServiceLog(settings, ".worker");
  const std::unique_ptr<ServiceParts> parts = OpenServiceParts(settings);
  Metrics& metrics = ProcessMetrics();
  for (const SandboxLayer& layer : ProbeSandbox()) {
    metrics.SetSandboxLayer(LayerTerm(layer), layer.works);
    if (!layer.works) log.Warning("sandbox_layer_missing", {{"layer", LayerTerm(layer)}});
  }
  WarmChildren warm_children{{}};
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  Worker::Options options;
  options.name = WorkerName(::getpid());
  options.preview_slots = settings.preview_slots;
  options.job_slots = settings.job_slots > 0 ? settings.job_slots : std::max(1, cores / 4);
  const int threads = settings.job_threads > 0 ? settings.job_threads
                                               : std::clamp(cores / options.job_slots, 1, 16);
  const WorkerShared shared{*parts->stores, *parts->blobs, parts->clock,
                            warm_children,  log,           metrics,
                            settings.tiers, threads,       settings.require_sandbox};
  const Worker worker(shared, options);
  log.Info(
      "worker_ready",
      {{"previews", options.preview_slots}, {"jobs", options.job_slots}, {"threads", threads}});
  auto next_metrics = std::chrono::steady_clock::now();
  while (!signals.token().stop_requested() && !link.is_closed()) {
    if (std::chrono::steady_clock::now() >= next_metrics) {
      link.Send(MetricsText());
      next_metrics = std::chrono::steady_clock::now() + kMetricsInterval;
    }
    (void)link.Receive(kParentLook);
  }
}

}  // namespace

int WorkerMain() {
  WorkerLink link{FileDescriptor(kWorkerLink)};
  ::fcntl(kWorkerLink, F_SETFD, FD_CLOEXEC);
  try {
    // Before any thread, so that all of them leave these signals to it.
    const StopSignals signals;
    const std::optional<std::string> text = link.Receive(std::chrono::seconds(30));
    if (!text) return 2;  // Not started by `tapmask serve`.
    Work(link, SettingsFromText(*text), signals);
    return 0;
  } catch (const Error& error) {
    std::cerr << "tapmask worker: " << error.public_text() << '\n';
  } catch (const std::exception&) {
    std::cerr << "tapmask worker: It broke off by a fault of ours.\n";
  }
  return 1;
}

}  // namespace tapmask
