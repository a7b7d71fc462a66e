// SPDX-License-Identifier: Apache-2.0
#include "tapmask/telemetry/metrics.h"

#include <cmath>
#include <cstddef>
#include <map>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <utility>

#include "tapmask/core/build_id.h"

namespace tapmask {
namespace {

using Type = MetricInfo::Type;

// In the order of the table below.
enum Metric : size_t {
  kBuild,
  kQueueWaiting,
  kQueueRunning,
  kQueueOldest,
  kJobWait,
  kJobStage,
  kJobEnds,
  kSandboxLayer,
  kHttpRequests,
  kHttpSeconds,
  kHttpConnections,
  kUploadBytes,
  kMails,
  kSweptFiles,
  kSweptBytes,
  kStorageFree,
  kMetricCount,
};

// How fast a page feels, up to long polls of 25 s.
const std::vector<double> kHttpBounds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                         0.5,   1,    2.5,   5,    10,  30};
// From a preview to an hour of 4K.
const std::vector<double> kJobBounds = {0.1, 0.35, 0.8, 2, 5, 15, 60, 300, 900, 3600, 14400};

}  // namespace

std::span<const MetricInfo> DeclaredMetrics() {
  static const std::vector<MetricInfo> kMetrics = {
      {"tapmask_build_info", Type::kGauge, {"build"}, {}, "1, for the build that runs"},
      {"tapmask_queue_waiting_jobs",
       Type::kGauge,
       {"kind", "class"},
       {},
       "Jobs that wait for a worker"},
      {"tapmask_queue_running_jobs", Type::kGauge, {"kind", "class"}, {}, "Jobs under a lease"},
      {"tapmask_queue_oldest_wait_seconds",
       Type::kGauge,
       {"kind", "class"},
       {},
       "How long the oldest waiting job has waited"},
      {"tapmask_job_wait_seconds",
       Type::kHistogram,
       {"kind", "class"},
       kJobBounds,
       "From when a job could be claimed until it was"},
      {"tapmask_job_stage_seconds",
       Type::kHistogram,
       {"kind", "stage"},
       kJobBounds,
       "What a stage of a job took"},
      {"tapmask_job_ends_total",
       Type::kCounter,
       {"kind", "outcome"},
       {},
       "Attempts that ended, by how they ended"},
      {"tapmask_sandbox_layer_active",
       Type::kGauge,
       {"layer"},
       {},
       "1: this layer of the children's sandbox is on, 0: it cannot be had here"},
      {"tapmask_http_requests_total",
       Type::kCounter,
       {"method", "route", "status"},
       {},
       "Requests that were answered"},
      {"tapmask_http_request_seconds",
       Type::kHistogram,
       {"route"},
       kHttpBounds,
       "From a request's head to the end of its answer"},
      {"tapmask_http_connections", Type::kGauge, {}, {}, "Connections that are open"},
      {"tapmask_upload_bytes_total", Type::kCounter, {"way"}, {}, "Bytes of videos received"},
      {"tapmask_mails_total", Type::kCounter, {"kind", "outcome"}, {}, "Tries to send a mail"},
      {"tapmask_swept_files_total", Type::kCounter, {"reason"}, {}, "Files that were removed"},
      {"tapmask_swept_bytes_total", Type::kCounter, {"reason"}, {}, "Bytes that were removed"},
      {"tapmask_storage_free_bytes", Type::kGauge, {}, {}, "Space left for files"},
  };
  return kMetrics;
}

class Metrics::Impl {
 public:
  Impl() {
    static_assert(kMetricCount == 16, "DeclaredMetrics has one entry for each Metric");
    for (const MetricInfo& info : DeclaredMetrics()) {
      const std::string name(info.name), help(info.help);
      Family family;
      switch (info.type) {
        case Type::kCounter:
          family.counter = &prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
          break;
        case Type::kGauge:
          family.gauge = &prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
          break;
        case Type::kHistogram:
          family.histogram =
              &prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
          break;
      }
      families_.push_back(family);
    }
    Set(kBuild, {BuildId()}, 1);
  }

  void Set(Metric metric, std::vector<std::string_view> labels, double value) {
    families_[metric].gauge->Add(Labels(metric, labels)).Set(value);
  }
  void Count(Metric metric, std::vector<std::string_view> labels, double by) {
    // A counter never goes down.
    if (by >= 0) families_[metric].counter->Add(Labels(metric, labels)).Increment(by);
  }
  void Observe(Metric metric, std::vector<std::string_view> labels, double value) {
    if (!std::isfinite(value)) return;  // The sum would be spoilt for good.
    families_[metric]
        .histogram->Add(Labels(metric, labels), DeclaredMetrics()[metric].bounds)
        .Observe(value < 0 ? 0 : value);
  }
  std::string Text() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

 private:
  struct Family {  // One of them, of the type that was declared.
    prometheus::Family<prometheus::Counter>* counter = nullptr;
    prometheus::Family<prometheus::Gauge>* gauge = nullptr;
    prometheus::Family<prometheus::Histogram>* histogram = nullptr;
  };

  static prometheus::Labels Labels(Metric metric, const std::vector<std::string_view>& values) {
    const std::vector<std::string_view>& names = DeclaredMetrics()[metric].labels;
    prometheus::Labels labels;
    for (size_t i = 0; i < names.size(); ++i) {
      labels.emplace(std::string(names[i]), std::string(values.at(i)));
    }
    return labels;
  }

  prometheus::Registry registry_;
  std::vector<Family> families_;
};

namespace {

// Whoever counts has something better to do than to fail at it.
template <class Impl, class Do>
void Quietly(const std::unique_ptr<Impl>& impl, Do what) noexcept {
  if (!impl) return;
  try {
    what(*impl);
  } catch (...) {
  }
}

}  // namespace

Metrics::Metrics() {
  try {
    impl_ = std::make_unique<Impl>();
  } catch (...) {
    impl_ = nullptr;
  }
}

Metrics::~Metrics() = default;

void Metrics::SetQueue(Term kind, Term tier_class, int64_t waiting, int64_t running,
                       Seconds oldest_wait) noexcept {
  Quietly(impl_, [&](Impl& impl) {
    impl.Set(kQueueWaiting, {kind.text(), tier_class.text()}, static_cast<double>(waiting));
    impl.Set(kQueueRunning, {kind.text(), tier_class.text()}, static_cast<double>(running));
    impl.Set(kQueueOldest, {kind.text(), tier_class.text()}, oldest_wait.count());
  });
}

void Metrics::JobClaimed(Term kind, Term tier_class, Seconds waited) noexcept {
  Quietly(impl_, [&](Impl& impl) {
    impl.Observe(kJobWait, {kind.text(), tier_class.text()}, waited.count());
  });
}

void Metrics::StageDone(Term kind, Term stage, Seconds took) noexcept {
  Quietly(impl_, [&](Impl& impl) {
    impl.Observe(kJobStage, {kind.text(), stage.text()}, took.count());
  });
}

void Metrics::JobEnded(Term kind, Term outcome) noexcept {
  Quietly(impl_, [&](Impl& impl) { impl.Count(kJobEnds, {kind.text(), outcome.text()}, 1); });
}

void Metrics::SetSandboxLayer(Term layer, bool is_active) noexcept {
  Quietly(impl_,
          [&](Impl& impl) { impl.Set(kSandboxLayer, {layer.text()}, is_active ? 1.0 : 0.0); });
}

void Metrics::HttpRequest(Term method, Term route, int status, Seconds took) noexcept {
  Quietly(impl_, [&](Impl& impl) {
    const std::string code = std::to_string(status >= 100 && status <= 599 ? status : 0);
    impl.Count(kHttpRequests, {method.text(), route.text(), code}, 1);
    impl.Observe(kHttpSeconds, {route.text()}, took.count());
  });
}

void Metrics::SetHttpConnections(int64_t open) noexcept {
  Quietly(impl_, [&](Impl& impl) { impl.Set(kHttpConnections, {}, static_cast<double>(open)); });
}

void Metrics::UploadBytes(Term way, int64_t bytes) noexcept {
  Quietly(impl_,
          [&](Impl& impl) { impl.Count(kUploadBytes, {way.text()}, static_cast<double>(bytes)); });
}

void Metrics::MailDone(Term kind, Term outcome) noexcept {
  Quietly(impl_, [&](Impl& impl) { impl.Count(kMails, {kind.text(), outcome.text()}, 1); });
}

void Metrics::Swept(Term reason, int64_t files, int64_t bytes) noexcept {
  Quietly(impl_, [&](Impl& impl) {
    impl.Count(kSweptFiles, {reason.text()}, static_cast<double>(files));
    impl.Count(kSweptBytes, {reason.text()}, static_cast<double>(bytes));
  });
}

void Metrics::SetStorageFree(int64_t bytes) noexcept {
  Quietly(impl_, [&](Impl& impl) { impl.Set(kStorageFree, {}, static_cast<double>(bytes)); });
}

std::string Metrics::Text() const noexcept {
  std::string text;
  Quietly(impl_, [&](const Impl& impl) { text = impl.Text(); });
  return text;
}

Metrics& ProcessMetrics() {
  static Metrics metrics;
  return metrics;
}

std::string MetricsText() noexcept {
  return ProcessMetrics().Text();
}

}  // namespace tapmask
