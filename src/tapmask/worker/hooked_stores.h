// SPDX-License-Identifier: Apache-2.0
// Stores with a test's hand in every call that a worker makes: to throw, or to let something happen
// just then.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "tapmask/jobs/stores.h"
#include "tapmask/storage/blob_store.h"

namespace tapmask {

// Called with what is asked for: "Heartbeat tracking", "Finish", "PutFile report.json". One at a
// time, on whichever thread. What `before` throws keeps the call from being made, what `after`
// throws its answer from arriving.
class Hooks {
 public:
  using Hook = std::function<void(const std::string& call)>;

  Hook before, after;

  template <class Call>
  auto Around(const std::string& name, Call call) {
    Run(before, name);
    auto answer = call();
    Run(after, name);
    return answer;
  }

 private:
  void Run(const Hook& hook, const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (hook) hook(name);
  }

  std::recursive_mutex mutex_;  // A hook may itself ask the store.
};

class HookedJobs final : public JobStore {
 public:
  HookedJobs(JobStore& jobs, Hooks& hooks) : jobs_(jobs), hooks_(hooks) {}

  Enqueued Enqueue(const NewJob& job, Time now) override { return jobs_.Enqueue(job, now); }
  std::optional<Job> Claim(const std::string& worker, const std::vector<JobKind>& kinds,
                           Time now) override {
    return hooks_.Around("Claim", [&] { return jobs_.Claim(worker, kinds, now); });
  }
  LeaseAnswer Heartbeat(const Lease& lease, JobStatus stage, int percent, Time now) override {
    return hooks_.Around("Heartbeat " + std::string(JobStatusName(stage)),
                         [&] { return jobs_.Heartbeat(lease, stage, percent, now); });
  }
  LeaseAnswer Checkpoint(const Lease& lease, const std::string& checkpoint, Time now) override {
    return hooks_.Around("Checkpoint", [&] { return jobs_.Checkpoint(lease, checkpoint, now); });
  }
  LeaseAnswer Finish(const Lease& lease, const JobOutcome& outcome, Time now) override {
    return hooks_.Around("Finish", [&] { return jobs_.Finish(lease, outcome, now); });
  }
  LeaseAnswer Fail(const Lease& lease, const JobFailure& failure, Time now) override {
    return hooks_.Around("Fail", [&] { return jobs_.Fail(lease, failure, now); });
  }
  LeaseAnswer Cancelled(const Lease& lease, Time now) override {
    return hooks_.Around("Cancelled", [&] { return jobs_.Cancelled(lease, now); });
  }
  LeaseAnswer Release(const Lease& lease, Time now) override {
    return hooks_.Around("Release", [&] { return jobs_.Release(lease, now); });
  }
  bool Cancel(const UserId& user_id, const JobId& id, Time now) override {
    return jobs_.Cancel(user_id, id, now);
  }
  int Reap(Time now) override { return jobs_.Reap(now); }
  int ReapWorker(const std::string& worker, Time now) override {
    return jobs_.ReapWorker(worker, now);
  }
  std::optional<Job> Get(const UserId& user_id, const JobId& id) override {
    return hooks_.Around("Get", [&] { return jobs_.Get(user_id, id); });
  }
  std::vector<Job> List(const UserId& user_id, const std::optional<JobId>& before,
                        int limit) override {
    return jobs_.List(user_id, before, limit);
  }
  std::vector<Job> OfVideo(const UserId& user_id, const VideoId& video_id) override {
    return jobs_.OfVideo(user_id, video_id);
  }
  std::vector<Job> ChangedSince(const UserId& user_id, int64_t rev, int limit) override {
    return jobs_.ChangedSince(user_id, rev, limit);
  }
  int64_t LastRev() override {
    return hooks_.Around("LastRev", [&] { return jobs_.LastRev(); });
  }
  QuotaUse Quota(const UserId& user_id, Time now) override { return jobs_.Quota(user_id, now); }
  std::vector<QueueDepth> Depths() override { return jobs_.Depths(); }
  std::vector<Job> DeadLetters(int limit) override { return jobs_.DeadLetters(limit); }
  int ForgetPreviews(Time ended_before) override { return jobs_.ForgetPreviews(ended_before); }

 private:
  JobStore& jobs_;
  Hooks& hooks_;
};

class HookedStores final : public Stores {
 public:
  HookedStores(Stores& stores, Hooks& hooks) : stores_(stores), jobs_(stores.jobs(), hooks) {}

  UserStore& users() override { return stores_.users(); }
  CredentialStore& credentials() override { return stores_.credentials(); }
  VideoStore& videos() override { return stores_.videos(); }
  UploadStore& uploads() override { return stores_.uploads(); }
  JobStore& jobs() override { return jobs_; }
  MailOutbox& mails() override { return stores_.mails(); }
  void CheckReady() override { stores_.CheckReady(); }

 private:
  Stores& stores_;
  HookedJobs jobs_;
};

class HookedBlobs final : public BlobStore {
 public:
  HookedBlobs(BlobStore& blobs, Hooks& hooks) : blobs_(blobs), hooks_(hooks) {}

  void PutFile(const BlobKey& key, const std::filesystem::path& file) override {
    hooks_.Around("PutFile " + key.text().substr(key.text().rfind('/') + 1), [&] {
      blobs_.PutFile(key, file);
      return 0;
    });
  }
  std::unique_ptr<BlobWriter> Create(const BlobKey& key) override { return blobs_.Create(key); }
  std::unique_ptr<BlobReader> Open(const BlobKey& key) override { return blobs_.Open(key); }
  FileDescriptor OpenPlain(const BlobKey& key) override {
    return hooks_.Around("OpenPlain", [&] { return blobs_.OpenPlain(key); });
  }
  std::optional<int64_t> Size(const BlobKey& key) override { return blobs_.Size(key); }
  std::vector<BlobInfo> List(const std::optional<BlobKey>& folder) override {
    return hooks_.Around("List", [&] { return blobs_.List(folder); });
  }
  bool Remove(const BlobKey& key) override { return blobs_.Remove(key); }
  RemovedFiles RemoveAll(const BlobKey& folder) override {
    return hooks_.Around("RemoveAll", [&] { return blobs_.RemoveAll(folder); });
  }
  int64_t FreeBytes() override { return blobs_.FreeBytes(); }
  ScratchFolder MakeScratch() override { return blobs_.MakeScratch(); }
  std::filesystem::path WorkFolder(std::string_view name) override {
    return blobs_.WorkFolder(name);
  }
  std::vector<std::filesystem::path> Orphans(Time before) override {
    return blobs_.Orphans(before);
  }
  RemovedFiles RemoveOrphans(Time before) override { return blobs_.RemoveOrphans(before); }

 private:
  BlobStore& blobs_;
  Hooks& hooks_;
};

}  // namespace tapmask
