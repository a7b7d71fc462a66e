// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/upload_upkeep.h"

#include <chrono>
#include <optional>
#include <set>
#include <vector>

#include <climits>

#include "tapmask/api/error_response.h"
#include "tapmask/api/store_upload.h"
#include "tapmask/storage/upload_files.h"

namespace tapmask::api {
namespace {

constexpr int kAtOnce = 100;

std::vector<Upload> AllUploads(Stores& stores) {
  return stores.uploads().Expired(Time::max(), INT_MAX);
}

void Add(const RemovedFiles& more, RemovedFiles& removed) {
  removed.files += more.files;
  removed.bytes += more.bytes;
}

// All bytes are there, of a length that is known.
bool IsWhole(Services& services, const UploadFiles& files, const Upload& upload) {
  if (upload.is_complete || !upload.length_bytes) return false;
  const std::optional<UploadFile> file = files.Open(upload.id, UploadFiles::Unchecked::kKeep);
  if (file) return !file->has_unchecked() && file->size_bytes() == *upload.length_bytes;
  return BytesThere(services, files, upload) == upload.length_bytes;
}

}  // namespace

int FinishInterruptedUploads(Services& services) {
  const UploadFiles files(services.blobs);
  const Time now = services.clock.Now();
  int finished = 0;
  for (const Upload& upload : AllUploads(services.stores)) {
    if (upload.expires_at <= now) continue;
    try {
      if (!IsWhole(services, files, upload)) continue;
      const std::optional<User> user = services.stores.users().Get(upload.user_id);
      if (!user) continue;
      StoreUpload(services, files, upload, *upload.length_bytes, user->tier);
      ++finished;
    } catch (const Error&) {
      services.log.Warning("upload_not_finished",
                           {{"job_id", upload.job_id}, {"video_id", upload.video_id}});
    }
  }
  return finished;
}

RemovedFiles RemoveExpiredUploads(Stores& stores, BlobStore& blobs, Time now) {
  RemovedFiles removed;
  bool has_more = true;
  while (has_more) {
    const std::vector<Upload> expired = stores.uploads().Expired(now, kAtOnce);
    for (const Upload& upload : expired) {
      // A request that came in the last moment may have set its time anew.
      if (stores.uploads().Get(upload.user_id, upload.id, now)) continue;
      Add(RemoveUpload(stores, blobs, upload), removed);
    }
    has_more = expired.size() == kAtOnce;
  }
  // The files first: a row is made before its file, so a file without one has lost it.
  const UploadFiles files(blobs);
  const std::vector<UploadId> ids = files.Ids();
  if (ids.empty()) return removed;
  std::set<UploadId> known;
  for (const Upload& upload : AllUploads(stores)) known.insert(upload.id);
  for (const UploadId& id : ids) {
    if (!known.contains(id)) Add(files.Remove(id), removed);
  }
  return removed;
}

RemovedFiles RemoveUploadsOf(Stores& stores, BlobStore& blobs, const UserId& user_id) {
  RemovedFiles removed;
  for (const Upload& upload : stores.uploads().OfUser(user_id)) {
    Add(RemoveUpload(stores, blobs, upload), removed);
  }
  return removed;
}

}  // namespace tapmask::api
