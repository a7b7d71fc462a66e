// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/lease_keeper.h"

#include <algorithm>

#include "tapmask/core/error.h"

namespace tapmask {

LeaseKeeper::LeaseKeeper(JobStore& jobs, const Clock& clock, Lease lease, Pace pace,
                         Steady::time_point now)
    : jobs_(jobs),
      clock_(clock),
      lease_(std::move(lease)),
      pace_(pace),
      next_(now + pace.interval),
      heard_(now) {}

void LeaseKeeper::SetProgress(JobStatus stage, int percent) {
  stage_ = std::max(stage_, stage);
  percent_ = std::clamp(std::max(percent_, percent), 0, 100);
}

template <class Say>
LeaseAnswer LeaseKeeper::Ask(Steady::time_point now, Say say) {
  if (answer_ == LeaseAnswer::kLost) return answer_;
  try {
    answer_ = say();
    heard_ = now;
  } catch (const Error& error) {
    if (error.code() != Code::kUnavailable && error.code() != Code::kStorageFull) throw;
    if (now - heard_ >= pace_.longest_silence) answer_ = LeaseAnswer::kLost;
  }
  next_ = now + pace_.interval;
  return answer_;
}

LeaseAnswer LeaseKeeper::BeatIfDue(Steady::time_point now) {
  if (now < next_ && stage_ == told_stage_) return answer_;
  return Beat(now);
}

LeaseAnswer LeaseKeeper::Beat(Steady::time_point now) {
  told_stage_ = stage_;  // Or else a store that is away would be asked with every event.
  return Ask(now, [this] { return jobs_.Heartbeat(lease_, stage_, percent_, clock_.Now()); });
}

LeaseAnswer LeaseKeeper::Checkpoint(const std::string& checkpoint, Steady::time_point now) {
  return Ask(now, [&] { return jobs_.Checkpoint(lease_, checkpoint, clock_.Now()); });
}

}  // namespace tapmask
