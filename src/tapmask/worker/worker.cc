// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/worker.h"

#include <exception>
#include <optional>

#include "tapmask/core/error.h"
#include "tapmask/core/stop_wait.h"

namespace tapmask {

Worker::Worker(const WorkerShared& shared, Options options)
    : shared_(shared), options_(std::move(options)) {
  for (int i = 0; i < options_.preview_slots + options_.job_slots; ++i) {
    const bool is_quick = i < options_.preview_slots;
    const std::vector<JobKind> kinds =
        is_quick ? std::vector{JobKind::kPreview, JobKind::kIngest} : std::vector{JobKind::kMask};
    slots_.emplace_back([this, i, kinds](const std::stop_token& stop) { RunSlot(i, kinds, stop); });
  }
  slots_.emplace_back([this](const std::stop_token& stop) { TrimChildren(stop); });
}

Worker::~Worker() {
  for (std::jthread& slot : slots_) slot.request_stop();
  for (std::jthread& slot : slots_) slot.join();
  shared_.warm_children.Clear();
}

void Worker::RunSlot(int slot, const std::vector<JobKind>& kinds, const std::stop_token& stop) {
  const std::string name = options_.name + std::to_string(slot);
  JobStore& jobs = shared_.stores.jobs();
  int64_t seen_rev = -1;
  std::chrono::steady_clock::time_point claimed_at;
  while (!stop.stop_requested()) {
    try {
      // Looking whether anything has changed costs a read; claiming is a write.
      const auto now = std::chrono::steady_clock::now();
      const int64_t rev = jobs.LastRev();
      if (rev != seen_rev || now - claimed_at >= options_.claim_interval) {
        seen_rev = rev;
        claimed_at = now;
        if (const std::optional<Job> job = jobs.Claim(name, kinds, shared_.clock.Now())) {
          RunJob(shared_, *job, stop);
          seen_rev = -1;  // There may be another one.
          continue;
        }
      }
      SleepUnlessStopped(options_.look_interval, stop);
    } catch (const Error& error) {
      shared_.log.Warning("claim_failed", {{"code", error.code()}});
      SleepUnlessStopped(options_.claim_interval, stop);
    } catch (const std::exception&) {
      shared_.log.Error("claim_failed", {{"code", Code::kInternal}});
      SleepUnlessStopped(options_.claim_interval, stop);
    }
  }
}

void Worker::TrimChildren(const std::stop_token& stop) {
  const auto is_there = [this](const UserId& user_id, const VideoId& video_id) {
    try {
      return shared_.stores.videos().Get(user_id, video_id, shared_.clock.Now()).has_value();
    } catch (const std::exception&) {
      return true;  // Not known now; asked again soon.
    }
  };
  while (SleepUnlessStopped(options_.trim_interval, stop)) {
    shared_.warm_children.Trim(std::chrono::steady_clock::now(), is_there);
  }
}

}  // namespace tapmask
