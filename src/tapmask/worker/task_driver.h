// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "tapmask/jobs/job_store.h"
#include "tapmask/worker/child_process.h"
#include "tapmask/worker/lease_keeper.h"

namespace tapmask {

// How a task of a child came to its end, in terms of its job.
struct TaskEnd {
  enum class How {
    kDone,       // `result`
    kFailed,     // `failure`
    kCancelled,  // The user does not want it any more.
    kLost,       // The lease is another's, or the job is gone: leave no trace.
    kReleased,   // The worker is to stop.
  };
  How how = How::kFailed;
  std::string result;  // JSON.
  JobFailure failure;
  bool child_died = false;   // It failed because the child came to an end that we did not make.
  bool child_lives = false;  // The child may be given another task.
};

// How much time a task may take.
struct TaskPatience {
  std::chrono::milliseconds start = std::chrono::seconds(30);     // Until the child is ready.
  std::chrono::milliseconds silence = std::chrono::seconds(120);  // Without progress.
  std::chrono::milliseconds whole = std::chrono::hours(1);
  std::chrono::milliseconds cancel = std::chrono::seconds(5);  // To end when it is asked to.
};

// How much of the whole job each stage is: its progress begins at `from` and ends at `to` percent.
int PercentOf(const ChildProgress& progress);

// Lets a child do one task of a job: keeps the lease, passes on progress, hears of cancelling, and
// sees to it that nothing lasts for ever. Unless TaskEnd::child_lives, the child is dead
// afterwards.
class TaskDriver {
 public:
  // Called when the child has a point from which another attempt may go on.
  using OnCheckpoint = std::function<void(const std::string& json)>;
  // Called when a task has left a stage; stages only go forward.
  using OnStageDone = std::function<void(JobStage stage, std::chrono::duration<double> took)>;

  // All must outlive it. `on_stage_done` may be empty.
  TaskDriver(ChildProcess& child, LeaseKeeper& lease, TaskPatience patience,
             OnStageDone on_stage_done)
      : child_(child),
        lease_(lease),
        patience_(patience),
        on_stage_done_(std::move(on_stage_done)) {}

  // Waits until a new child is ready for its first task.
  // Nothing: it is; otherwise how the job's attempt ended.
  std::optional<TaskEnd> AwaitReady(const std::stop_token& stop);

  TaskEnd Run(const std::string& task, const std::string& parameters,
              const OnCheckpoint& on_checkpoint, const std::stop_token& stop);

 private:
  using Steady = std::chrono::steady_clock;

  // The next word of the child; the lease is kept meanwhile. `end` is set when it is all over.
  std::optional<ChildEvent> Next(Steady::time_point deadline, const std::stop_token& stop,
                                 TaskEnd& end);
  TaskEnd Gone(TaskEnd::How how);
  TaskEnd Failed(JobFailure failure);
  void EnterStage(std::optional<JobStage> stage);

  ChildProcess& child_;
  LeaseKeeper& lease_;
  const TaskPatience patience_;
  const OnStageDone on_stage_done_;
  std::optional<JobStage> stage_;  // Of the task that runs.
  Steady::time_point stage_begun_;
};

// What a child's own word, or its end, means for the job.
JobFailure FailureOf(const ChildFailed& failed);
JobFailure FailureOf(const ChildEnd& end);

}  // namespace tapmask
