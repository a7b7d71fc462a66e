// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tapmask/jobs/job_rules.h"
#include "tapmask/jobs/video_store.h"
#include "tapmask/store/sqlite/database.h"

namespace tapmask::sqlite {

// Puts all that the user has out of sight, in the caller's transaction: see VideoStore::Delete.
void DeleteVideosOf(Connection& connection, const UserId& user_id, const std::string& reason,
                    Time now);

class SqliteVideos final : public VideoStore {
 public:
  // Both must outlive it.
  SqliteVideos(Database& database, const JobRules& rules) : database_(database), rules_(rules) {}

  Enqueued AddWithIngest(const Video& video, const NewJob& ingest, Time now) override;
  std::optional<Video> Get(const UserId& user_id, const VideoId& id, Time now) override;
  std::vector<Video> List(const UserId& user_id, Time now) override;
  int64_t StoredBytes(const UserId& user_id) override;
  bool SetFacts(const Lease& ingest, const VideoFacts& facts) override;
  bool SetRefused(const Lease& ingest) override;
  bool Delete(const UserId& user_id, const VideoId& id, const std::string& reason,
              Time now) override;
  int DeleteExpired(Time now) override;
  std::vector<DeletedVideo> ToSweep(int limit) override;
  void Swept(const DeletionReceipt& receipt) override;
  std::vector<DeletionReceipt> Receipts(const UserId& user_id) override;

 private:
  Database& database_;
  const JobRules& rules_;
};

}  // namespace tapmask::sqlite
