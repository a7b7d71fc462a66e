// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tapmask/core/clock.h"
#include "tapmask/core/id.h"
#include "tapmask/jobs/job.h"
#include "tapmask/jobs/job_rules.h"

namespace tapmask {

struct NewJob {
  JobId id;
  JobKind kind = JobKind::kMask;
  UserId user_id;
  VideoId video_id;
  Tier tier = Tier::kFree;
  std::string request;  // JSON.
  bool wants_mail = false;
};

// What is asked first is answered first: a job that is already there is that, whatever its limits.
enum class Enqueued {
  kNew,
  kAlreadyThere,    // A job of this id exists; nothing was changed.
  kNoVideo,         // It was deleted, has expired, or is another user's.
  kQueueFull,       // JobRules::max_queued.
  kTooManyWaiting,  // TierLimits::max_waiting_jobs.
  kQuotaUsedUp,     // TierLimits::videos_per_month.
};

// What a worker has to show with everything it says of a job: a lease of an earlier claim has a
// smaller fence, and changes nothing. One whose time is over is held until `Reap` takes it back.
struct Lease {
  JobId job_id;
  int64_t fence = 0;
};

enum class LeaseAnswer {
  kHeld,
  kCancelled,  // Held still, and the job is to be given up: say `Cancelled`.
  kLost,       // Ended, taken back or gone: stop, and leave no trace.
};

struct JobOutcome {
  std::string result;      // JSON.
  std::string output_key;  // Folder in storage; empty: none.
};

struct JobFailure {
  std::string error_code;     // Stable name, docs/errors.md.
  std::string error_message;  // One sentence for the user.
  bool may_pass = false;      // Another attempt may succeed.
};

struct QuotaUse {
  int used = 0;              // Videos of this month, those that are worked on included.
  std::optional<int> limit;  // Nothing: no quota.
  Time resets_at;
};

struct QueueDepth {
  JobKind kind;
  TierClass tier_class;
  int64_t waiting = 0, running = 0;
  std::optional<Time> oldest_waiting_since;
};

// The queue and the history of all jobs: at least once with leases and fences, effects exactly once
// (docs/job_states.md). Each call is one transaction: it is done and durable when it returns, or
// nothing is. Any number of processes may use one store; an object may be used from any thread.
//
// All calls throw kUnavailable when the store cannot be reached or is too busy, kStorageFull when
// the disk is full. `now` never goes back by more than a few seconds; stores do not read the clock.
class JobStore {
 public:
  virtual ~JobStore() = default;

  // Puts a job at its user's end. The video must be the user's, and neither deleted nor expired;
  // whether it is ready is not asked.
  // A mask job counts its video to the user's month, unless an earlier one has: a video counts once
  // a month, however often it is worked on, and not at all when no job of it came to `kComplete`.
  // Cancelling and failing give it back.
  virtual Enqueued Enqueue(const NewJob& job, Time now) = 0;

  // Gives the worker the job whose turn it is (JobRules), with a new fence and a lease of
  // JobRules::lease; it is `kValidating` then. A kind is served only when none before it in `kinds`
  // has a job that is due. Nothing: no job of these kinds is due.
  virtual std::optional<Job> Claim(const std::string& worker, const std::vector<JobKind>& kinds,
                                   Time now) = 0;

  // Renews the lease and says how far the job is. A stage before the present one is not taken over;
  // progress is, within [0, 100]. Throws kInvalidArgument when `stage` is none that runs.
  virtual LeaseAnswer Heartbeat(const Lease& lease, JobStatus stage, int progress_percent,
                                Time now) = 0;

  // Keeps where a further attempt may go on. Renews the lease.
  virtual LeaseAnswer Checkpoint(const Lease& lease, const std::string& checkpoint, Time now) = 0;

  // Ends of an attempt. Each says kHeld when it is done and kLost, having changed nothing, when the
  // lease is not held.
  //
  // A job for which cancelling was asked may still be finished: what is there is there. Not so when
  // its video was deleted: says kCancelled and changes nothing; remove the outputs and say
  // `Cancelled`.
  virtual LeaseAnswer Finish(const Lease& lease, const JobOutcome& outcome, Time now) = 0;
  // Back to the queue after a while when it may pass and attempts are left, else `kFailed` and, for
  // what might have passed, among the dead letters. `kCancelled` where that was asked for.
  virtual LeaseAnswer Fail(const Lease& lease, const JobFailure& failure, Time now) = 0;
  // Throws kConflict when nobody asked for it.
  virtual LeaseAnswer Cancelled(const Lease& lease, Time now) = 0;
  // The worker must go (a signal, a spot notice): back to the head of the user's jobs, and the
  // attempt does not count. `kCancelled` where that was asked for.
  virtual LeaseAnswer Release(const Lease& lease, Time now) = 0;

  // A waiting job is cancelled at once, a running one when its worker hears of it. False: no such
  // job of this user, or it has ended.
  virtual bool Cancel(const UserId& user_id, const JobId& id, Time now) = 0;

  // Takes back all leases that have run out: to the head of the queue, to `kFailed` with
  // `worker_lost` and the dead letters after the last attempt, to `kCancelled` where that was asked
  // for. Returns how many. Any number of processes may call it at any time.
  virtual int Reap(Time now) = 0;
  // The same at once, whatever the leases say, with those of workers whose names begin with
  // `worker`: it is known that these are no more. One that lives still hears that it has lost.
  virtual int ReapWorker(const std::string& worker, Time now) = 0;

  // What is shown of jobs has neither `result` nor `output_key` once their video was deleted, but
  // for `OfVideo`.

  // Nothing: no such job of this user.
  virtual std::optional<Job> Get(const UserId& user_id, const JobId& id) = 0;

  // The user's jobs without previews, the newest first, those older than `before` (of which none
  // are when it is no job of the user) when it is given. At most `limit`.
  virtual std::vector<Job> List(const UserId& user_id, const std::optional<JobId>& before,
                                int limit) = 0;
  // All of them, the newest first.
  virtual std::vector<Job> OfVideo(const UserId& user_id, const VideoId& video_id) = 0;

  // Jobs of the user that changed after `rev`, the earliest change first, at most `limit`.
  virtual std::vector<Job> ChangedSince(const UserId& user_id, int64_t rev, int limit) = 0;
  // The rev of the last change of any job.
  virtual int64_t LastRev() = 0;

  // Throws kNotFound when there is no such account.
  virtual QuotaUse Quota(const UserId& user_id, Time now) = 0;
  // Of every kind and class, in the order of their enums. Jobs that came back wait since they were
  // made.
  virtual std::vector<QueueDepth> Depths() = 0;
  // Given up though they might have passed, the newest first.
  virtual std::vector<Job> DeadLetters(int limit) = 0;

  // Forgets previews that ended before then; returns how many.
  virtual int ForgetPreviews(Time ended_before) = 0;
};

}  // namespace tapmask
