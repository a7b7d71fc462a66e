// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/job_runner.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"
#include "tapmask/core/stop_wait.h"
#include "tapmask/jobs/job_rules.h"
#include "tapmask/jobs/requests.h"
#include "tapmask/jobs/results.h"
#include "tapmask/worker/child_limits.h"
#include "tapmask/worker/facts_json.h"
#include "tapmask/worker/frames_json.h"
#include "tapmask/worker/job_checkpoint.h"
#include "tapmask/worker/job_files.h"
#include "tapmask/worker/lease_keeper.h"
#include "tapmask/worker/task_driver.h"

namespace tapmask {
namespace {

using Json = nlohmann::json;
using Steady = std::chrono::steady_clock;
namespace fs = std::filesystem;

JobFailure SourceGone() {
  return {"source_gone", "The video was deleted or has expired; upload it again.", false};
}

// One attempt of one job.
class Attempt {
 public:
  Attempt(const WorkerShared& shared, const Job& job, const std::stop_token& stop)
      : shared_(shared),
        job_(job),
        stop_(stop),
        lease_(shared.stores.jobs(), shared.clock, {job.id, job.fence}, shared.pace.lease,
               Steady::now()) {}

  // Works, and tells the store how it ended. Returns the word for the metrics.
  Term Run() {
    TaskEnd end;
    try {
      end = Work();
    } catch (const Error& error) {
      shared_.log.Warning("job_error", {{"job_id", job_.id}, {"code", error.code()}});
      end = Failed(FailureOf(error));
    } catch (const std::exception&) {
      shared_.log.Error("job_error", {{"job_id", job_.id}, {"code", Code::kInternal}});
      end = Failed(Internal());
    }
    return Tell(end);
  }

 private:
  TaskEnd Work() {
    video_ = shared_.stores.videos().Get(job_.user_id, job_.video_id, Now());
    if (!video_) return Failed(SourceGone());
    switch (job_.kind) {
      case JobKind::kIngest: return Ingest();
      case JobKind::kPreview: return Preview();
      case JobKind::kMask: return Mask();
    }
    return Failed(Internal());
  }

  TaskEnd Ingest() {
    const std::unique_ptr<VideoChild> child =
        NewChild(LimitsOfIngest(TierOfJob(), shared_.threads, shared_.blobs.FreeBytes()));
    TaskDriver driver = DriverOf(*child, PatienceOfIngest(TierOfJob()));
    if (std::optional<TaskEnd> end = driver.AwaitReady(stop_)) return *end;
    TaskEnd end = driver.Run("ingest", TaskParameters().dump(), {}, stop_);
    if (end.how != TaskEnd::How::kDone) return end;

    const VideoFacts facts = VideoFactsFromJson(end.result);
    // It decides how long later jobs of this video may take.
    if (facts.frames > TierOfJob().max_frames) return Failed(Internal());
    const BlobKey place = FolderOfVideo(job_.user_id, job_.video_id);
    TakeOutputs(*child, place, {kProxyName, kPosterName});
    KeepingLease([&] {
      StoreFrameTimes(child->scratch.path() / kFramesName, job_.video_id, facts.frames,
                      shared_.blobs, place.Join(kFramesName));
    });
    if (!shared_.stores.videos().SetFacts(lease_.lease(), facts)) {
      // Lost, or the video was deleted: then the store waits for our word.
      const bool is_held = lease_.Beat(Steady::now()) == LeaseAnswer::kCancelled;
      end.how = is_held ? TaskEnd::How::kCancelled : TaskEnd::How::kLost;
    }
    end.result = "{}";
    return end;
  }

  TaskEnd Preview() {
    if (!video_->facts) return Failed(SourceGone());
    if (std::unique_ptr<VideoChild> child = shared_.warm_children.Take(job_.video_id)) {
      TaskEnd end = Tap(std::move(child));
      // While it waited it may have died, or have used up what it may use: that is not the job's.
      if (!end.child_died) return end;
    }
    std::unique_ptr<VideoChild> child = NewChild(LimitsOfPreview(*video_->facts, shared_.threads));
    if (auto end = DriverOf(*child, PatienceOfPreview()).AwaitReady(stop_)) return *end;
    return Tap(std::move(child));
  }

  TaskEnd Tap(std::unique_ptr<VideoChild> child) {
    Json parameters = TaskParameters();
    parameters["request"] = job_.request;
    TaskEnd end =
        DriverOf(*child, PatienceOfPreview()).Run("preview", parameters.dump(), {}, stop_);
    if (end.how == TaskEnd::How::kDone) {
      end.result = ToJson(PreviewResultFromJson(end.result));  // Throws for what is none.
    }
    // Points that do not fit say nothing against the child.
    const bool is_good = end.how == TaskEnd::How::kDone || !end.failure.may_pass;
    if (end.child_lives && is_good) {
      shared_.warm_children.PutBack(std::move(child), Steady::now());
    }
    return end;
  }

  TaskEnd Mask() {
    if (!video_->facts) return Failed(SourceGone());
    const MaskRequest request = MaskRequestFromJson(job_.request);
    const std::unique_ptr<VideoChild> child =
        NewChild(LimitsOfMask(*video_->facts, shared_.threads, shared_.blobs.FreeBytes()));
    const fs::path folder = child->scratch.path();
    Json parameters = TaskParameters();
    parameters["request"] = job_.request;
    bool has_earlier = false;
    JobCheckpoint checkpoint(shared_.blobs, shared_.log, job_, video_->facts->frames);
    KeepingLease([&] {
      parameters["has_masks"] = checkpoint.Bring(folder);
      parameters["checkpoint_bytes"] = MostOfCheckpoint(shared_.blobs.FreeBytes());
      has_earlier = request.corrects && BringEarlier(*request.corrects, folder / kEarlierName);
    });
    if (request.corrects && !has_earlier) return Failed(SourceGone());
    TaskDriver driver = DriverOf(*child, PatienceOfMask(*video_->facts));
    if (std::optional<TaskEnd> end = driver.AwaitReady(stop_)) return *end;
    const auto keep = [&](const std::string& word) { KeepCheckpoint(checkpoint, folder, word); };
    TaskEnd end = driver.Run("mask", parameters.dump(), keep, stop_);
    if (end.how != TaskEnd::How::kDone) return end;

    MaskResult result = MaskResultFromJson(end.result);
    result.file = kOutputName;
    const BlobKey place = FolderOfAttempt(job_);
    TakeOutputs(*child, place, {kOutputName, kMasksName, kReportName});
    result.bytes = shared_.blobs.Size(place.Join(kOutputName)).value_or(0);
    if (result.bytes == 0) return Failed(Internal());
    end.result = ToJson(result);
    output_key_ = place.text();
    return end;
  }

  static TaskEnd Failed(JobFailure failure) {
    TaskEnd end;
    end.failure = std::move(failure);
    return end;
  }

  TaskDriver DriverOf(const VideoChild& child, TaskPatience patience) {
    return {*child.process, lease_, shared_.pace.patience.value_or(patience), StageMetrics()};
  }

  // Beats on while this thread is busy with files: large ones take longer than a lease lasts.
  template <class FileWork>
  void KeepingLease(FileWork work) {
    const std::jthread beating([this](const std::stop_token& is_done) {
      while (SleepUnlessStopped(shared_.pace.lease.interval, is_done)) {
        try {
          lease_.BeatIfDue(Steady::now());
        } catch (const std::exception&) {
          // Whoever asks next hears of it.
        }
      }
    });
    work();
  }

  // Into storage. What a child leaves is as it pleases: missing, or no file at all.
  void TakeOutputs(VideoChild& child, const BlobKey& place,
                   std::initializer_list<const char*> names) {
    child.process->Kill();  // Nobody may write to them any more.
    KeepingLease([&] {
      for (const char* name : names) {
        try {
          shared_.blobs.PutFile(place.Join(name), child.scratch.path() / name);
        } catch (const Error& error) {
          if (error.code() != Code::kNotFound && error.code() != Code::kInvalidArgument) throw;
          throw Error(Code::kInternal, Internal().error_message, error.what());
        }
      }
    });
  }

  // What every task is told.
  Json TaskParameters() const {
    return {{"name", ShownName(*video_)},
            {"limits", LimitsJson(TierOfJob(), video_->file_size_bytes)},
            {"frames", video_->facts ? video_->facts->frames : 0},
            {"threads", shared_.threads}};
  }

  TaskDriver::OnStageDone StageMetrics() const {
    return [this](JobStage stage, std::chrono::duration<double> took) {
      shared_.metrics.StageDone(Term(job_.kind, JobKindName), Term(stage, JobStageName), took);
    };
  }

  const TierLimits& TierOfJob() const { return shared_.tiers.Of(job_.tier); }
  Time Now() const { return shared_.clock.Now(); }

  std::unique_ptr<VideoChild> NewChild(SandboxLimits limits) {
    const std::optional<BlobKey> key = BlobKey::Parse(video_->storage_key);
    FileDescriptor input;
    KeepingLease([&] {
      if (key) input = shared_.blobs.OpenPlain(*key);
    });
    if (!input.IsOpen()) throw Error(Code::kNotFound, SourceGone().error_message);
    auto child = std::make_unique<VideoChild>();
    child->user_id = job_.user_id;
    child->video_id = job_.video_id;
    child->scratch = shared_.blobs.MakeScratch();
    limits.scratch_folder = fs::absolute(child->scratch.path());
    ChildProcess::Options options;
    options.limits = std::move(limits);
    options.requires_all_layers = shared_.requires_sandbox;
    options.input = input.get();
    child->process = std::make_unique<ChildProcess>(std::move(options));
    return child;
  }

  void KeepCheckpoint(JobCheckpoint& checkpoint, const fs::path& scratch, const std::string& word) {
    std::optional<std::string> kept;
    KeepingLease([&] { kept = checkpoint.Keep(scratch, word); });
    if (!kept) return;
    try {
      lease_.Checkpoint(*kept, Steady::now());
    } catch (const Error& error) {  // It only spares later attempts work.
      shared_.log.Warning("checkpoint_not_told", {{"job_id", job_.id}, {"code", error.code()}});
    }
  }

  bool BringEarlier(const JobId& id, const fs::path& file) const {
    const std::optional<Job> earlier = shared_.stores.jobs().Get(job_.user_id, id);
    const bool has_masks = earlier && earlier->status == JobStatus::kComplete &&
                           earlier->video_id == job_.video_id && !earlier->output_key.empty();
    return has_masks &&
           CopyToFile(shared_.blobs, BlobKey::Make(earlier->output_key).Join(kMasksName), file);
  }

  static JobFailure Internal() {
    return {"internal", "The work on this video broke off by a fault of ours.", true};
  }

  static JobFailure FailureOf(const Error& error) {
    switch (error.code()) {
      case Code::kNotFound: return SourceGone();
      case Code::kStorageFull: return {"storage_full", error.public_text(), true};
      case Code::kUnavailable: return {"unavailable", error.public_text(), true};
      case Code::kInvalidArgument: return {"invalid_argument", error.public_text(), false};
      case Code::kUnsupportedMedia: return {"unsupported_media", error.public_text(), false};
      case Code::kTooLarge: return {"too_large", error.public_text(), false};
      case Code::kUnauthenticated:
      case Code::kForbidden:
      case Code::kConflict:
      case Code::kQuotaExceeded:
      case Code::kRateLimited:
      case Code::kCancelled:
      case Code::kInternal: break;
    }
    return Internal();
  }

  // Tells the store how the attempt ended; one that is away is told again until the lease has
  // surely run out.
  Term Tell(const TaskEnd& end) {
    const Steady::time_point begun = Steady::now();
    while (true) {
      try {
        return TellOnce(end);
      } catch (const Error& error) {
        const auto patience =
            stop_.stop_requested() ? shared_.pace.stop : shared_.pace.lease.longest_silence;
        const bool may_pass =
            error.code() == Code::kUnavailable || error.code() == Code::kStorageFull;
        if (!may_pass || Steady::now() - begun >= patience) {
          shared_.log.Warning("job_end_not_told", {{"job_id", job_.id}, {"code", error.code()}});
          return "lost";
        }
      }
      SleepUnlessStopped(shared_.pace.tell_again, {});
    }
  }

  Term TellOnce(const TaskEnd& end) {
    JobStore& jobs = shared_.stores.jobs();
    const Lease& lease = lease_.lease();
    switch (end.how) {
      case TaskEnd::How::kDone: return TellDone(end);
      case TaskEnd::How::kFailed: {
        const bool is_held = jobs.Fail(lease, end.failure, Now()) != LeaseAnswer::kLost;
        const bool is_retried = end.failure.may_pass && job_.attempt < kMaxAttempts;
        if (!is_held) return Lost();
        return Unfinished(is_retried ? Term("retried") : Term("failed"));
      }
      case TaskEnd::How::kCancelled: return TellCancelled();
      case TaskEnd::How::kReleased: {
        const bool is_held = jobs.Release(lease, Now()) != LeaseAnswer::kLost;
        return is_held ? Unfinished("released") : Lost();
      }
      case TaskEnd::How::kLost: break;
    }
    return Lost();
  }

  Term TellDone(const TaskEnd& end) {
    JobStore& jobs = shared_.stores.jobs();
    switch (jobs.Finish(lease_.lease(), {end.result, output_key_}, Now())) {
      case LeaseAnswer::kHeld: break;
      case LeaseAnswer::kCancelled: return TellCancelled();
      case LeaseAnswer::kLost: {
        // Perhaps it was told before, and the answer did not arrive: then these are its outputs.
        const std::optional<Job> job = jobs.Get(job_.user_id, job_.id);
        const bool is_ours = job && !output_key_.empty() && job->output_key == output_key_;
        if (!is_ours) return Lost();
      }
    }
    if (job_.kind == JobKind::kMask) {
      Clean([&] { RemoveAllButOutputs(shared_.blobs, job_); });
    }
    return "complete";
  }

  Term TellCancelled() {
    // First: once it is told, a deleted video's receipt may be written.
    RemoveTraces();
    Clean([&] { shared_.blobs.RemoveAll(FolderOfCheckpoint(job_)); });
    const LeaseAnswer answer = shared_.stores.jobs().Cancelled(lease_.lease(), Now());
    return answer == LeaseAnswer::kLost ? Lost() : Unfinished("cancelled");
  }

  Term Lost() {
    RemoveTraces();
    Clean([&] {  // Unless another attempt goes on from there.
      const std::optional<Job> job = shared_.stores.jobs().Get(job_.user_id, job_.id);
      if (!job || HasEnded(job->status)) shared_.blobs.RemoveAll(FolderOfCheckpoint(job_));
    });
    return "lost";
  }

  // The attempt came to no result, and the store knows. `word`: how it ended, unless the store had
  // heard something of the job that we had not.
  Term Unfinished(Term word) {
    Clean([&] {
      const std::optional<Job> job = shared_.stores.jobs().Get(job_.user_id, job_.id);
      if (job && !HasEnded(job->status)) {
        if (job_.kind == JobKind::kMask) RemoveOutputs(shared_.blobs, job_);
        return;
      }
      if (job && job->status == JobStatus::kCancelled) word = "cancelled";
      // One that another worker has completed meanwhile keeps its files.
      if (job_.kind == JobKind::kMask && !(job && job->status == JobStatus::kComplete)) {
        shared_.blobs.RemoveAll(FolderOfJob(job_.user_id, job_.id));
      }
      if (job_.kind == JobKind::kIngest) RemoveIngested();
    });
    return word;
  }

  // What this attempt alone has put into storage.
  void RemoveTraces() {
    Clean([&] {
      if (job_.kind == JobKind::kMask) shared_.blobs.RemoveAll(FolderOfAttempt(job_));
      if (job_.kind == JobKind::kIngest) RemoveIngested();
    });
  }

  // All but the original, unless the video lives on: then it is, or will be, what another attempt
  // made.
  void RemoveIngested() {
    const std::optional<Video> video =
        shared_.stores.videos().Get(job_.user_id, job_.video_id, Now());
    if (video && video->state != VideoState::kRefused) return;
    const BlobKey folder = FolderOfVideo(job_.user_id, job_.video_id);
    for (const char* name : {kProxyName, kPosterName, kFramesName}) {
      shared_.blobs.Remove(folder.Join(name));
    }
  }

  // What is not removed now is the sweeper's; it must not be taken for a word that was not told.
  template <class FileWork>
  void Clean(FileWork work) {
    try {
      work();
    } catch (const std::exception&) {
      shared_.log.Warning("cleaning_failed", {{"job_id", job_.id}});
    }
  }

  const WorkerShared& shared_;
  const Job& job_;
  const std::stop_token& stop_;
  LeaseKeeper lease_;
  std::optional<Video> video_;
  std::string output_key_;
};

}  // namespace

void RunJob(const WorkerShared& shared, const Job& job, const std::stop_token& stop) {
  const Term kind(job.kind, JobKindName);
  const Steady::time_point begun = Steady::now();
  const Time due = std::max(job.created_at, job.not_before);
  shared.metrics.JobClaimed(kind, Term(ClassOf(job.tier), TierClassName),
                            std::max(shared.clock.Now() - due, std::chrono::milliseconds(0)));
  shared.log.Info(
      "job_claimed",
      {{"job_id", job.id}, {"kind", kind}, {"attempt", job.attempt}, {"fence", job.fence}});
  Term outcome = "lost";
  try {
    outcome = Attempt(shared, job, stop).Run();
  } catch (const std::exception&) {
    // Not even that it failed could be told, for want of memory.
    shared.log.Error("job_broke_off", {{"job_id", job.id}});
  }
  shared.metrics.JobEnded(kind, outcome);
  shared.log.Info("job_ended", {{"job_id", job.id},
                                {"outcome", outcome},
                                {"fence", job.fence},
                                {"took_seconds", Steady::now() - begun}});
}

}  // namespace tapmask
