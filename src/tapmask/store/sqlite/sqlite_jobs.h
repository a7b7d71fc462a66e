// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tapmask/jobs/job_store.h"
#include "tapmask/store/sqlite/database.h"

namespace tapmask::sqlite {

class SqliteJobs final : public JobStore {
 public:
  // Both must outlive it.
  SqliteJobs(Database& database, const JobRules& rules) : database_(database), rules_(rules) {}

  Enqueued Enqueue(const NewJob& job, Time now) override;
  std::optional<Job> Claim(const std::string& worker, const std::vector<JobKind>& kinds,
                           Time now) override;
  LeaseAnswer Heartbeat(const Lease& lease, JobStatus stage, int progress_percent,
                        Time now) override;
  LeaseAnswer Checkpoint(const Lease& lease, const std::string& checkpoint, Time now) override;
  LeaseAnswer Finish(const Lease& lease, const JobOutcome& outcome, Time now) override;
  LeaseAnswer Fail(const Lease& lease, const JobFailure& failure, Time now) override;
  LeaseAnswer Cancelled(const Lease& lease, Time now) override;
  LeaseAnswer Release(const Lease& lease, Time now) override;
  bool Cancel(const UserId& user_id, const JobId& id, Time now) override;
  int Reap(Time now) override;
  int ReapWorker(const std::string& worker, Time now) override;
  std::optional<Job> Get(const UserId& user_id, const JobId& id) override;
  std::vector<Job> List(const UserId& user_id, const std::optional<JobId>& before,
                        int limit) override;
  std::vector<Job> OfVideo(const UserId& user_id, const VideoId& video_id) override;
  std::vector<Job> ChangedSince(const UserId& user_id, int64_t rev, int limit) override;
  int64_t LastRev() override;
  QuotaUse Quota(const UserId& user_id, Time now) override;
  std::vector<QueueDepth> Depths() override;
  std::vector<Job> DeadLetters(int limit) override;
  int ForgetPreviews(Time ended_before) override;

 private:
  Database& database_;
  const JobRules& rules_;
};

}  // namespace tapmask::sqlite
