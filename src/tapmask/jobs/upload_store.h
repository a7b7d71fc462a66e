// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tapmask/core/clock.h"
#include "tapmask/core/id.h"

namespace tapmask {

// A file that comes in pieces. How much of it is there, the file itself says.
struct Upload {
  UploadId id;
  UserId user_id;
  std::optional<int64_t> length_bytes;  // Nothing: told later.
  int64_t reserved_bytes = 0;           // Of the user's storage: the length, or what is allowed.
  std::string metadata;                 // Upload-Metadata as it came.
  Time created_at;
  Time expires_at;
  VideoId video_id;  // What it becomes; set from the beginning, so that ending twice makes one.
  JobId job_id;
  bool is_complete = false;
};

// So many an account may have, expired ones included until they are removed: each costs the service
// a row and a file that it looks at again and again.
inline constexpr int kMostUnfinishedUploads = 100;

// Threads, durability and errors as in JobStore.
class UploadStore {
 public:
  virtual ~UploadStore() = default;

  // False: with it the user's videos and unfinished uploads would take more than `most_bytes`;
  // INT64_MAX is no limit. Throws kNotFound when there is no such account, kRateLimited when it has
  // kMostUnfinishedUploads.
  virtual bool Add(const Upload& upload, int64_t most_bytes) = 0;
  // Nothing: no such upload of this user, or its time is over.
  virtual std::optional<Upload> Get(const UserId& user_id, const UploadId& id, Time now) = 0;
  // Where it was deferred. False: unknown, told before, or more than `most_bytes` in all.
  virtual bool SetLength(const UploadId& id, int64_t length_bytes, int64_t most_bytes) = 0;
  // Each is false when there is no such upload.
  virtual bool SetExpiry(const UploadId& id, Time expires_at) = 0;
  virtual bool SetComplete(const UploadId& id) = 0;
  virtual bool Remove(const UserId& user_id, const UploadId& id) = 0;
  virtual std::vector<Upload> OfUser(const UserId& user_id) = 0;
  // Those whose time is over, finished or not, the earliest first. `after`: the last one of the
  // page before, which need not be there any more; null: from the beginning.
  virtual std::vector<Upload> Expired(Time now, int limit, const Upload* after) = 0;
  std::vector<Upload> Expired(Time now, int limit) { return Expired(now, limit, nullptr); }
  // Those that are not finished, expired or not, in the order of their ids, which come after
  // `after`; null: from the beginning. Whatever is unfinished all the time is on one of the pages.
  virtual std::vector<Upload> Unfinished(int limit, const UploadId* after) = 0;
};

}  // namespace tapmask
