// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/upload_upkeep.h"

#include <chrono>
#include <exception>
#include <optional>
#include <set>
#include <vector>

#include "tapmask/api/error_response.h"
#include "tapmask/api/store_upload.h"
#include "tapmask/storage/upload_files.h"

namespace tapmask::api {
namespace {

constexpr int kAtOnce = 100;

// Calls `work` with every upload that is not finished.
template <class Work>
void ForUnfinished(Stores& stores, Work work) {
  std::vector<Upload> page = stores.uploads().Unfinished(kAtOnce, nullptr);
  while (!page.empty()) {
    for (const Upload& upload : page) work(upload);
    const UploadId last = page.back().id;
    page = stores.uploads().Unfinished(kAtOnce, &last);
  }
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
  ForUnfinished(services.stores, [&](const Upload& upload) {
    if (upload.expires_at <= now) return;
    try {
      if (!IsWhole(services, files, upload)) return;
      const std::optional<User> user = services.stores.users().Get(upload.user_id);
      if (!user) return;
      StoreUpload(services, files, upload, *upload.length_bytes, user->tier);
      ++finished;
    } catch (const std::exception&) {
      services.log.Warning("upload_not_finished",
                           {{"job_id", upload.job_id}, {"video_id", upload.video_id}});
    }
  });
  return finished;
}

RemovedFiles RemoveExpiredUploads(Stores& stores, BlobStore& blobs, Time now) {
  RemovedFiles removed;
  std::exception_ptr failure;
  // One that cannot be removed now keeps no other waiting.
  const auto remove = [&](const auto& step) {
    try {
      Add(step(), removed);
    } catch (const std::exception&) {
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<Upload> expired = stores.uploads().Expired(now, kAtOnce);
  while (!expired.empty()) {
    for (const Upload& upload : expired) {
      remove([&] {
        // A request that came in the last moment may have set its time anew.
        if (stores.uploads().Get(upload.user_id, upload.id, now)) return RemovedFiles();
        return RemoveUpload(stores, blobs, upload);
      });
    }
    const Upload last = expired.back();
    expired = stores.uploads().Expired(now, kAtOnce, &last);
  }
  // The files first: a row is made before its file, so a file without one has lost it. One whose
  // upload is finished is a video by now.
  const UploadFiles files(blobs);
  const std::vector<UploadId> ids = files.Ids();
  if (!ids.empty()) {
    std::set<UploadId> known;
    ForUnfinished(stores, [&](const Upload& upload) { known.insert(upload.id); });
    for (const UploadId& id : ids) {
      if (!known.contains(id)) remove([&] { return files.Remove(id); });
    }
  }
  if (failure) std::rethrow_exception(failure);
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
