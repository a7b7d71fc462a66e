// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/task_driver.h"

#include <algorithm>
#include <utility>

namespace tapmask {
namespace {

JobStatus StatusOf(JobStage stage) {
  switch (stage) {
    case JobStage::kValidating: return JobStatus::kValidating;
    case JobStage::kExtracting: return JobStatus::kExtracting;
    case JobStage::kTracking: return JobStatus::kTracking;
    case JobStage::kProcessing: return JobStatus::kProcessing;
    case JobStage::kEncoding: return JobStatus::kEncoding;
  }
  return JobStatus::kValidating;
}

JobFailure TimedOut() {
  return {"timed_out", "The work took longer than it may; try a shorter part of the video.", true};
}

}  // namespace

int PercentOf(const ChildProgress& progress) {
  struct Share {
    int from, to;
  };
  const auto share = [&]() -> Share {
    switch (progress.stage) {
      case JobStage::kValidating: return {0, 1};
      case JobStage::kExtracting: return {1, 5};
      case JobStage::kTracking: return {5, 50};
      case JobStage::kProcessing: return {50, 95};
      case JobStage::kEncoding: return {95, 99};
    }
    return {0, 0};
  }();
  if (progress.total <= 0) return share.from;
  const double done = std::clamp(
      static_cast<double>(progress.done) / static_cast<double>(progress.total), 0.0, 1.0);
  return share.from + static_cast<int>(done * (share.to - share.from));
}

JobFailure FailureOf(const ChildFailed& failed) {
  const std::string& code = failed.code;
  // Files of ours that are not where they were: the video was deleted meanwhile.
  if (code == "not_found" || code == "conflict") {
    return {"source_gone", "The video was deleted or has expired; upload it again.", false};
  }
  const bool is_final = code == "invalid_argument" || code == "unsupported_media" ||
                        code == "too_large" || code == "point_outside" || code == "no_object" ||
                        code == "engine_unavailable" || code == "output_check_failed";
  const bool may_pass = code == "storage_full" || code == "unavailable" ||
                        code == "out_of_memory" || code == "internal";
  if (is_final || may_pass) return {code, failed.text, may_pass};
  return {"internal", "The work on this video broke off by a fault of ours.", true};
}

JobFailure FailureOf(const ChildEnd& end) {
  using How = ChildEnd::How;
  switch (end.how) {
    case How::kOutOfMemory:
      return {"out_of_memory", "The work took more memory than it may; try a smaller video.", true};
    case How::kTooMuchTime: return TimedOut();
    case How::kFileTooLarge:
      return {"storage_full", "What came of the video is larger than there is room for.", true};
    case How::kExited:
    case How::kStopped:
    case How::kMisbehaved:
    case How::kCrashed:
    case How::kForbiddenCall: break;
  }
  return {"internal", "The work on this video broke off by a fault of ours.", true};
}

TaskEnd TaskDriver::Gone(TaskEnd::How how) {
  child_.Kill();
  TaskEnd end;
  end.how = how;
  return end;
}

TaskEnd TaskDriver::Failed(JobFailure failure) {
  TaskEnd end = Gone(TaskEnd::How::kFailed);
  end.failure = std::move(failure);
  return end;
}

void TaskDriver::EnterStage(std::optional<JobStage> stage) {
  const Steady::time_point now = Steady::now();
  if (stage_ && on_stage_done_) on_stage_done_(*stage_, now - stage_begun_);
  stage_ = stage;
  stage_begun_ = now;
}

std::optional<ChildEvent> TaskDriver::Next(Steady::time_point deadline, const std::stop_token& stop,
                                           TaskEnd& end) {
  ChildEvent event = child_.Next(std::min(deadline, lease_.next_beat()), stop);
  if (const auto* progress = std::get_if<ChildProgress>(&event)) {
    lease_.SetProgress(StatusOf(progress->stage), PercentOf(*progress));
    if (!stage_ || *stage_ < progress->stage) EnterStage(progress->stage);
  }
  if (const auto* silence = std::get_if<ChildSilence>(&event);
      silence && *silence == ChildSilence::kStopped) {
    end = Gone(TaskEnd::How::kReleased);
    return std::nullopt;
  }
  // What has ended needs no lease any more; the job's end says the rest.
  if (std::holds_alternative<ChildResult>(event)) {
    EnterStage(std::nullopt);
    return event;
  }
  if (lease_.BeatIfDue(Steady::now()) == LeaseAnswer::kLost) {
    end = Gone(TaskEnd::How::kLost);
    return std::nullopt;
  }
  return event;
}

std::optional<TaskEnd> TaskDriver::AwaitReady(const std::stop_token& stop) {
  const Steady::time_point deadline = Steady::now() + patience_.start;
  while (Steady::now() < deadline) {
    TaskEnd end;
    const std::optional<ChildEvent> event = Next(deadline, stop, end);
    if (!event) return end;
    if (const auto* failed = std::get_if<ChildFailed>(&*event)) return Failed(FailureOf(*failed));
    if (const auto* ended = std::get_if<ChildEnd>(&*event)) return Failed(FailureOf(*ended));
    // Nothing has begun: there is nothing to wait for.
    if (lease_.BeatIfDue(Steady::now()) == LeaseAnswer::kCancelled) {
      return Gone(TaskEnd::How::kCancelled);
    }
    if (std::holds_alternative<ChildReady>(*event)) return std::nullopt;
  }
  return Failed(TimedOut());
}

TaskEnd TaskDriver::Run(const std::string& task, const std::string& parameters,
                        const OnCheckpoint& on_checkpoint, const std::stop_token& stop) {
  const Steady::time_point begun = Steady::now();
  Steady::time_point moved = begun;
  std::optional<Steady::time_point> cancel_until;
  // When it takes none, its end comes next.
  (void)child_.Start(task, parameters);
  while (true) {
    Steady::time_point deadline = std::min(begun + patience_.whole, moved + patience_.silence);
    if (cancel_until) deadline = std::min(deadline, *cancel_until);
    TaskEnd end;
    const std::optional<ChildEvent> event = Next(deadline, stop, end);
    if (!event) return end;
    if (const auto* result = std::get_if<ChildResult>(&*event)) {
      end.how = TaskEnd::How::kDone;
      end.result = result->json;
      end.child_lives = true;
      return end;
    }
    const auto* failed = std::get_if<ChildFailed>(&*event);
    const auto* ended = std::get_if<ChildEnd>(&*event);
    if ((failed || ended) && cancel_until) return Gone(TaskEnd::How::kCancelled);
    if (failed) {
      end.failure = FailureOf(*failed);
      end.child_lives = true;
      return end;
    }
    if (ended) {
      end = Failed(FailureOf(*ended));
      end.child_died = true;
      return end;
    }
    if (std::holds_alternative<ChildProgress>(*event)) moved = Steady::now();
    if (const auto* checkpoint = std::get_if<ChildCheckpoint>(&*event)) {
      if (on_checkpoint) on_checkpoint(checkpoint->json);
      moved = Steady::now();  // Not before: keeping it is our work, and may take a while.
    }
    const Steady::time_point now = Steady::now();
    switch (lease_.BeatIfDue(now)) {
      case LeaseAnswer::kHeld: break;
      case LeaseAnswer::kLost: return Gone(TaskEnd::How::kLost);
      case LeaseAnswer::kCancelled:
        if (cancel_until) break;
        child_.Cancel();
        cancel_until = now + patience_.cancel;
    }
    if (cancel_until && now >= *cancel_until) return Gone(TaskEnd::How::kCancelled);
    if (now >= begun + patience_.whole || now >= moved + patience_.silence) {
      return Failed(TimedOut());
    }
  }
}

}  // namespace tapmask
