// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tapmask/telemetry/term.h"

namespace tapmask {

// One metric as it is declared in metrics.cc, the only place that knows their names.
struct MetricInfo {
  enum class Type { kCounter, kGauge, kHistogram };
  std::string_view name;
  Type type;
  std::vector<std::string_view> labels;
  std::vector<double> bounds;  // Upper bounds of a histogram's buckets.
  std::string_view help;
};
std::span<const MetricInfo> DeclaredMetrics();

// The figures of one process, in the text form that Prometheus reads. Labels are words of ours
// (Term), so their number stays small and no one's name gets into them: a route is its pattern,
// "/api/v1/status/{jobId}", never the path that was asked for.
//
// May be used from any thread. Never throws: a figure that cannot be kept is lost.
class Metrics {
 public:
  using Seconds = std::chrono::duration<double>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Of one kind of jobs and one class of tiers. Zero when nothing waits.
  void SetQueue(Term kind, Term tier_class, int64_t waiting, int64_t running,
                Seconds oldest_wait) noexcept;
  // From when a job could be claimed until it was.
  void JobClaimed(Term kind, Term tier_class, Seconds waited) noexcept;
  void StageDone(Term kind, Term stage, Seconds took) noexcept;
  // `outcome`: "complete", "failed", "cancelled", "retried", "released", "lost".
  void JobEnded(Term kind, Term outcome) noexcept;

  void SetSandboxLayer(Term layer, bool is_active) noexcept;

  // `status` in [100, 599]; others count as 0.
  void HttpRequest(Term method, Term route, int status, Seconds took) noexcept;
  void SetHttpConnections(int64_t open) noexcept;
  void UploadBytes(Term way, int64_t bytes) noexcept;  // `way`: "form", "tus"

  // `outcome`: "sent", "retried", "given_up".
  void MailDone(Term kind, Term outcome) noexcept;
  void Swept(Term reason, int64_t files, int64_t bytes) noexcept;
  void SetStorageFree(int64_t bytes) noexcept;

  // Content type "text/plain; version=0.0.4". Empty when there is no memory for it.
  std::string Text() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;  // Nothing when it could not be made.
};

// Those of this process.
Metrics& ProcessMetrics();
std::string MetricsText() noexcept;

}  // namespace tapmask
