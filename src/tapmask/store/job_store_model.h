// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tapmask/jobs/job_store.h"
#include "tapmask/jobs/user.h"
#include "tapmask/jobs/video.h"

namespace tapmask {

// What a job store does, as plainly as it can be written: everything in lists that are searched
// from end to end. The random test asks it and a store the same and compares the answers. Its
// numbers (fences, revs) are its own.
class JobStoreModel {
 public:
  explicit JobStoreModel(const JobRules& rules) : rules_(rules) {}

  void AddUser(const User& user) { users_[user.id] = user; }

  Enqueued AddVideo(const Video& video, const NewJob& ingest, Time now) {
    if (Find(ingest.id) || known_videos_.contains(video.id)) return Enqueued::kAlreadyThere;
    if (video.expires_at <= now) return Enqueued::kNoVideo;
    const Enqueued room = Room(ingest, now);
    if (room != Enqueued::kNew) return room;
    known_videos_.insert(video.id);
    videos_[video.id] = video;
    Append(ingest, now);
    return room;
  }

  Enqueued Enqueue(const NewJob& job, Time now) {
    if (Find(job.id)) return Enqueued::kAlreadyThere;
    const auto video = videos_.find(job.video_id);
    if (video == videos_.end() || video->second.user_id != job.user_id ||
        video->second.expires_at <= now) {
      return Enqueued::kNoVideo;
    }
    const Enqueued room = Room(job, now);
    if (room == Enqueued::kNew) Append(job, now);
    return room;
  }

  std::optional<Job> Claim(const std::string& worker, const std::vector<JobKind>& kinds, Time now) {
    for (const JobKind kind : kinds) {
      const TierClass first = FirstServed(turns_[kind]);
      const TierClass other = first == TierClass::kFree ? TierClass::kPaid : TierClass::kFree;
      for (const TierClass tier_class : {first, other}) {
        Entry* best = nullptr;
        int64_t best_begin = 0;
        int64_t& class_time = class_times_[{kind, tier_class}];
        for (Entry& entry : entries_) {  // The oldest first, so ties are decided.
          const Job& job = entry.job;
          const auto runs = [&](const Job& each) {
            return each.user_id == job.user_id && each.kind == kind && IsRunning(each.status);
          };
          if (job.kind != kind || ClassOf(job.tier) != tier_class ||
              job.status != JobStatus::kQueued || job.not_before > now ||
              Count(runs) >= rules_.tiers.Of(job.tier).max_running_jobs) {
            continue;
          }
          const int64_t begin = std::max(user_times_[{kind, tier_class, job.user_id}], class_time);
          if (!best || begin < best_begin) best = &entry, best_begin = begin;
        }
        if (!best) continue;
        ++turns_[kind];
        class_time = best_begin;
        user_times_[{kind, tier_class, best->job.user_id}] = best_begin + 1;
        Job& job = best->job;
        job.status = JobStatus::kValidating;
        ++job.attempt;
        job.fence = ++last_fence_;
        job.worker = worker;
        job.lease_until = now + rules_.lease;
        job.not_before = Time{};
        if (!job.started_at) job.started_at = now;
        Changed(job);
        return job;
      }
    }
    return std::nullopt;
  }

  LeaseAnswer Heartbeat(const Lease& lease, JobStatus stage, int progress, Time now) {
    Job* job = Held(lease);
    if (!job) return LeaseAnswer::kLost;
    const auto before = std::pair(job->status, job->progress_percent);
    job->lease_until = now + rules_.lease;
    job->status = std::max(job->status, stage);
    job->progress_percent = progress;
    if (before != std::pair(job->status, job->progress_percent)) Changed(*job);
    return job->is_cancelled ? LeaseAnswer::kCancelled : LeaseAnswer::kHeld;
  }

  LeaseAnswer Checkpoint(const Lease& lease, const std::string& checkpoint, Time now) {
    Job* job = Held(lease);
    if (!job) return LeaseAnswer::kLost;
    job->lease_until = now + rules_.lease;
    job->checkpoint = checkpoint;
    return job->is_cancelled ? LeaseAnswer::kCancelled : LeaseAnswer::kHeld;
  }

  LeaseAnswer Finish(const Lease& lease, const JobOutcome& outcome, Time now) {
    Job* job = Held(lease);
    if (!job) return LeaseAnswer::kLost;
    if (!videos_.contains(job->video_id)) return LeaseAnswer::kCancelled;
    job->result = outcome.result;
    job->output_key = outcome.output_key;
    job->progress_percent = 100;
    End(*job, JobStatus::kComplete, now);
    return LeaseAnswer::kHeld;
  }

  LeaseAnswer Fail(const Lease& lease, const JobFailure& failure, Time now) {
    Job* job = Held(lease);
    if (!job) return LeaseAnswer::kLost;
    if (job->is_cancelled) {
      End(*job, JobStatus::kCancelled, now);
    } else if (failure.may_pass && job->attempt < kMaxAttempts) {
      Requeue(*job, now + Backoff(rules_, job->attempt));
    } else {
      job->error_code = failure.error_code;
      job->error_message = failure.error_message;
      if (failure.may_pass) dead_.insert(job->id);
      End(*job, JobStatus::kFailed, now);
    }
    return LeaseAnswer::kHeld;
  }

  // Nothing: it must throw.
  std::optional<LeaseAnswer> Cancelled(const Lease& lease, Time now) {
    Job* job = Held(lease);
    if (!job) return LeaseAnswer::kLost;
    if (!job->is_cancelled) return std::nullopt;
    End(*job, JobStatus::kCancelled, now);
    return LeaseAnswer::kHeld;
  }

  LeaseAnswer Release(const Lease& lease, Time now) {
    Job* job = Held(lease);
    if (!job) return LeaseAnswer::kLost;
    if (job->is_cancelled) {
      End(*job, JobStatus::kCancelled, now);
    } else {
      --job->attempt;
      Requeue(*job, Time{});
    }
    return LeaseAnswer::kHeld;
  }

  bool Cancel(const UserId& user_id, const JobId& id, Time now) {
    Job* job = Find(id);
    if (!job || job->user_id != user_id || HasEnded(job->status)) return false;
    CancelJob(*job, now);
    return true;
  }

  int Reap(Time now) {
    return TakeBack(now, [&](const Job& job) { return job.lease_until <= now; });
  }
  int ReapWorker(const std::string& worker, Time now) {
    return TakeBack(now, [&](const Job& job) { return job.worker.starts_with(worker); });
  }

  template <class Matches>
  int TakeBack(Time now, const Matches& matches) {
    int reaped = 0;
    for (Entry& entry : entries_) {
      Job& job = entry.job;
      if (!IsRunning(job.status) || !matches(job)) continue;
      ++reaped;
      if (job.is_cancelled) {
        End(job, JobStatus::kCancelled, now);
      } else if (job.attempt < kMaxAttempts) {
        Requeue(job, Time{});
      } else {
        job.error_code = "worker_lost";
        dead_.insert(job.id);
        End(job, JobStatus::kFailed, now);
      }
    }
    return reaped;
  }

  bool SetFacts(const Lease& lease) {
    const Job* job = Held(lease);
    if (!job || job->kind != JobKind::kIngest || !videos_.contains(job->video_id)) return false;
    videos_[job->video_id].state = VideoState::kReady;
    return true;
  }

  bool DeleteVideo(const UserId& user_id, const VideoId& id, Time now) {
    const auto video = videos_.find(id);
    if (video == videos_.end() || video->second.user_id != user_id) return false;
    videos_.erase(video);
    deleted_.insert(id);
    for (Entry& entry : entries_) {
      Job& job = entry.job;
      if (job.video_id != id) continue;
      if (!HasEnded(job.status)) {
        CancelJob(job, now);
      } else if (!job.result.empty() || !job.output_key.empty()) {
        Changed(job);
      }
    }
    return true;
  }

  int DeleteExpired(Time now) {
    std::vector<Video> expired;
    for (const auto& [id, video] : videos_) {
      if (video.expires_at <= now) expired.push_back(video);
    }
    for (const Video& video : expired) DeleteVideo(video.user_id, video.id, now);
    return static_cast<int>(expired.size());
  }

  std::set<VideoId> ToSweep() const {
    std::set<VideoId> result = deleted_;
    for (const Entry& entry : entries_) {
      if (IsRunning(entry.job.status)) result.erase(entry.job.video_id);
    }
    return result;
  }

  void Swept(const VideoId& id) {
    deleted_.erase(id);
    for (Entry& entry : entries_) {
      Job& job = entry.job;
      if (job.video_id == id) job.request = job.checkpoint = job.result = job.output_key = "";
    }
  }

  int ForgetPreviews(Time before) {
    return static_cast<int>(std::erase_if(entries_, [&](const Entry& entry) {
      const Job& job = entry.job;
      if (job.kind != JobKind::kPreview || !job.completed_at || *job.completed_at >= before) {
        return false;
      }
      dead_.erase(job.id);
      return true;
    }));
  }

  // As others are shown them, the oldest first.
  std::vector<Job> Jobs(const std::function<bool(const Job&)>& which) const {
    std::vector<Job> jobs;
    for (const Entry& entry : entries_) {
      if (!which(entry.job)) continue;
      jobs.push_back(entry.job);
      if (!videos_.contains(entry.job.video_id)) {
        jobs.back().result = jobs.back().output_key = "";
      }
    }
    return jobs;
  }
  const std::map<VideoId, Video>& videos() const { return videos_; }
  bool IsDead(const JobId& id) const { return dead_.contains(id); }
  int64_t LastRev() const { return last_rev_; }
  Time MonthOf(const UserId& id, Time now) const {
    return NextQuotaReset(users_.at(id).quota_reset_at, now);
  }
  std::set<VideoId> Counted(const UserId& id, Time now) const {
    std::set<VideoId> counted;
    for (const Entry& entry : entries_) {
      const Job& job = entry.job;
      if (job.user_id == id && job.kind == JobKind::kMask && entry.month == MonthOf(id, now) &&
          job.status != JobStatus::kFailed && job.status != JobStatus::kCancelled) {
        counted.insert(job.video_id);
      }
    }
    return counted;
  }

 private:
  struct Entry {
    Job job;
    Time month;  // That a mask job counts to.
  };

  int Count(const std::function<bool(const Job&)>& which) const {
    return static_cast<int>(
        std::ranges::count_if(entries_, [&](const Entry& entry) { return which(entry.job); }));
  }
  Job* Find(const JobId& id) {
    for (Entry& entry : entries_) {
      if (entry.job.id == id) return &entry.job;
    }
    return nullptr;
  }
  Job* Held(const Lease& lease) {
    Job* job = Find(lease.job_id);
    return job && IsRunning(job->status) && job->fence == lease.fence ? job : nullptr;
  }

  Enqueued Room(const NewJob& job, Time now) const {
    const TierLimits& limits = rules_.tiers.Of(job.tier);
    const auto waits = [](const Job& each) { return each.status == JobStatus::kQueued; };
    if (Count(waits) >= rules_.max_queued) return Enqueued::kQueueFull;
    const auto waits_alike = [&](const Job& each) {
      return waits(each) && each.user_id == job.user_id &&
             (each.kind == JobKind::kPreview) == (job.kind == JobKind::kPreview);
    };
    if (Count(waits_alike) >= limits.max_waiting_jobs) return Enqueued::kTooManyWaiting;
    if (job.kind == JobKind::kMask && limits.videos_per_month) {
      std::set<VideoId> counted = Counted(job.user_id, now);
      counted.insert(job.video_id);
      if (static_cast<int>(counted.size()) > *limits.videos_per_month &&
          !Counted(job.user_id, now).contains(job.video_id)) {
        return Enqueued::kQuotaUsedUp;
      }
    }
    return Enqueued::kNew;
  }

  void Append(const NewJob& made, Time now) {
    Job job;
    job.id = made.id;
    job.kind = made.kind;
    job.user_id = made.user_id;
    job.video_id = made.video_id;
    job.tier = made.tier;
    job.request = made.request;
    job.created_at = now;
    Changed(job);
    entries_.push_back({job, MonthOf(made.user_id, now)});
  }

  void Changed(Job& job) { job.rev = ++last_rev_; }

  void Requeue(Job& job, Time not_before) {
    job.status = JobStatus::kQueued;
    job.progress_percent = 0;
    job.worker = "";
    job.lease_until = Time{};
    job.not_before = not_before;
    Changed(job);
  }

  void End(Job& job, JobStatus status, Time now) {
    job.status = status;
    job.worker = job.checkpoint = "";
    job.lease_until = job.not_before = Time{};
    job.is_cancelled = false;
    job.completed_at = now;
    Changed(job);
    const auto video = videos_.find(job.video_id);
    if (job.kind == JobKind::kIngest && status != JobStatus::kComplete && video != videos_.end() &&
        video->second.state == VideoState::kIngesting) {
      video->second.state = VideoState::kRefused;
    }
  }

  void CancelJob(Job& job, Time now) {
    if (job.status == JobStatus::kQueued) {
      End(job, JobStatus::kCancelled, now);
    } else if (!job.is_cancelled) {
      job.is_cancelled = true;
      Changed(job);
    }
  }

  const JobRules rules_;
  std::map<UserId, User> users_;
  std::map<VideoId, Video> videos_;  // Those that are not deleted.
  std::set<VideoId> deleted_, known_videos_;
  std::vector<Entry> entries_;  // In the order of asking.
  std::set<JobId> dead_;
  std::map<JobKind, int64_t> turns_;
  std::map<std::pair<JobKind, TierClass>, int64_t> class_times_;
  std::map<std::tuple<JobKind, TierClass, UserId>, int64_t> user_times_;
  int64_t last_rev_ = 0, last_fence_ = 0;
};

}  // namespace tapmask
