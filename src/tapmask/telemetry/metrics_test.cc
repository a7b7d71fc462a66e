// SPDX-License-Identifier: Apache-2.0
#include "tapmask/telemetry/metrics.h"

#include <chrono>
#include <cmath>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The value of the line that begins so; NaN when there is none.
double Value(const std::string& text, const std::string& series) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(series + " ")) return std::stod(line.substr(series.size() + 1));
  }
  return std::nan("");
}

void UseAll(Metrics& metrics) {
  metrics.SetQueue("mask", "free", 7, 2, seconds(90));
  metrics.JobClaimed("mask", "paid", milliseconds(1500));
  metrics.StageDone("mask", "tracking", seconds(3));
  metrics.JobEnded("mask", "complete");
  metrics.SetSandboxLayer("seccomp", true);
  metrics.HttpRequest("GET", "/api/v1/status/{jobId}", 200, milliseconds(20));
  metrics.SetHttpConnections(12);
  metrics.UploadBytes("tus", 1'000'000);
  metrics.MailDone("job_complete", "sent");
  metrics.Swept("expired", 4, 123);
  metrics.SetStorageFree(9'000'000'000'000);
}

TEST(Metrics, ShowsWhatWasCounted) {
  Metrics metrics;
  UseAll(metrics);

  const std::string text = metrics.Text();
  EXPECT_EQ(Value(text, R"(tapmask_queue_waiting_jobs{class="free",kind="mask"})"), 7);
  EXPECT_EQ(Value(text, R"(tapmask_queue_running_jobs{class="free",kind="mask"})"), 2);
  EXPECT_EQ(Value(text, R"(tapmask_queue_oldest_wait_seconds{class="free",kind="mask"})"), 90);
  EXPECT_EQ(Value(text, R"(tapmask_job_wait_seconds_sum{class="paid",kind="mask"})"), 1.5);
  EXPECT_EQ(Value(text, R"(tapmask_job_wait_seconds_bucket{class="paid",kind="mask",le="0.8"})"),
            0);
  EXPECT_EQ(Value(text, R"(tapmask_job_wait_seconds_bucket{class="paid",kind="mask",le="2"})"), 1);
  EXPECT_EQ(Value(text, R"(tapmask_job_stage_seconds_count{kind="mask",stage="tracking"})"), 1);
  EXPECT_EQ(Value(text, R"(tapmask_job_ends_total{kind="mask",outcome="complete"})"), 1);
  EXPECT_EQ(Value(text, R"(tapmask_sandbox_layer_active{layer="seccomp"})"), 1);
  EXPECT_EQ(
      Value(
          text,
          R"(tapmask_http_requests_total{method="GET",route="/api/v1/status/{jobId}",status="200"})"),
      1);
  EXPECT_EQ(Value(text, "tapmask_http_connections"), 12);
  EXPECT_EQ(Value(text, R"(tapmask_upload_bytes_total{way="tus"})"), 1'000'000);
  EXPECT_EQ(Value(text, R"(tapmask_mails_total{kind="job_complete",outcome="sent"})"), 1);
  EXPECT_EQ(Value(text, R"(tapmask_swept_files_total{reason="expired"})"), 4);
  EXPECT_EQ(Value(text, R"(tapmask_swept_bytes_total{reason="expired"})"), 123);
  EXPECT_EQ(Value(text, "tapmask_storage_free_bytes"), 9e12);
}

TEST(Metrics, HasTheDeclaredNamesTypesAndLabelsAndNoOthers) {
  Metrics metrics;
  UseAll(metrics);
  const std::string text = metrics.Text();

  std::set<std::string> declared, shown;
  for (const MetricInfo& info : DeclaredMetrics()) {
    const char* const type = info.type == MetricInfo::Type::kCounter ? "counter"
                             : info.type == MetricInfo::Type::kGauge ? "gauge"
                                                                     : "histogram";
    declared.insert(std::string(info.name) + " " + type);
    EXPECT_EQ(info.type == MetricInfo::Type::kCounter, info.name.ends_with("_total"));
    EXPECT_EQ(info.type == MetricInfo::Type::kHistogram, !info.bounds.empty());
    EXPECT_FALSE(info.help.empty());
    for (const std::string_view label : info.labels) {
      EXPECT_NE(text.find(std::string(label) + "=\""), std::string::npos) << label;
    }
  }
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# TYPE ")) shown.insert(line.substr(7));
  }
  EXPECT_EQ(shown, declared);
}

TEST(Metrics, CountersNeverGoDownAndSumsStayNumbers) {
  Metrics metrics;
  metrics.UploadBytes("form", 5);
  metrics.UploadBytes("form", -3);
  metrics.JobClaimed("mask", "free", Metrics::Seconds(std::nan("")));
  metrics.JobClaimed("mask", "free", seconds(-1));  // The clock went back.
  metrics.HttpRequest("GET", "/", 9999, seconds(0));

  const std::string text = metrics.Text();
  EXPECT_EQ(Value(text, R"(tapmask_upload_bytes_total{way="form"})"), 5);
  EXPECT_EQ(Value(text, R"(tapmask_job_wait_seconds_sum{class="free",kind="mask"})"), 0);
  EXPECT_EQ(Value(text, R"(tapmask_job_wait_seconds_count{class="free",kind="mask"})"), 1);
  EXPECT_EQ(Value(text, R"(tapmask_http_requests_total{method="GET",route="/",status="0"})"), 1);
}

TEST(Metrics, CountsFromManyThreads) {
  Metrics metrics;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&metrics] {
        for (int i = 0; i < 500; ++i) {
          metrics.JobEnded("ingest", "complete");
          if (i % 100 == 0) (void)metrics.Text();
        }
      });
    }
  }
  EXPECT_EQ(Value(metrics.Text(), R"(tapmask_job_ends_total{kind="ingest",outcome="complete"})"),
            2000);
}

TEST(Metrics, OfTheProcessSayWhichBuildItIs) {
  ProcessMetrics().JobEnded("preview", "failed");
  const std::string text = MetricsText();
  EXPECT_NE(text.find("tapmask_build_info{build=\""), std::string::npos);
  EXPECT_EQ(Value(text, R"(tapmask_job_ends_total{kind="preview",outcome="failed"})"), 1);
}

}  // namespace
}  // namespace tapmask
