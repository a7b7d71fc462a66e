// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "tapmask/jobs/upload_store.h"
#include "tapmask/store/sqlite/database.h"

namespace tapmask::sqlite {

class SqliteUploads final : public UploadStore {
 public:
  explicit SqliteUploads(Database& database) : database_(database) {}  // Must outlive it.

  bool Add(const Upload& upload, int64_t most_bytes) override;
  std::optional<Upload> Get(const UserId& user_id, const UploadId& id, Time now) override;
  bool SetLength(const UploadId& id, int64_t length_bytes, int64_t most_bytes) override;
  bool SetExpiry(const UploadId& id, Time expires_at) override;
  bool SetComplete(const UploadId& id) override;
  bool Remove(const UserId& user_id, const UploadId& id) override;
  std::vector<Upload> OfUser(const UserId& user_id) override;
  std::vector<Upload> Expired(Time now, int limit, const Upload* after) override;
  std::vector<Upload> Unfinished(int limit, const UploadId* after) override;

 private:
  Database& database_;
};

}  // namespace tapmask::sqlite
