// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/upload_admission.h"

#include <algorithm>

#include <fmt/format.h>

#include "tapmask/api/error_response.h"
#include "tapmask/storage/disk_reserve.h"

namespace tapmask::api {
namespace {

std::string Megabytes(int64_t bytes) {
  return fmt::format("{} MB", (bytes + 999'999) / 1'000'000);
}

void CheckLength(const TierLimits& limits, int64_t length_bytes) {
  if (length_bytes == 0) {
    throw HttpError(415, "unsupported_media", "The file is empty. Choose a video.");
  }
  if (length_bytes > limits.max_file_bytes) {
    throw HttpError(413, "file_too_large",
                    fmt::format("Files may have {} MB; this one has {}.",
                                limits.max_file_bytes / 1'000'000, Megabytes(length_bytes)));
  }
}

void CheckQuota(Services& services, const UserId& user_id) {
  const QuotaUse use = services.stores.jobs().Quota(user_id, services.clock.Now());
  if (!use.limit || use.used < *use.limit) return;
  throw HttpError(
      403, "quota_exceeded",
      fmt::format("The {} videos of this month are used up; there are new ones from {}.",
                  *use.limit, TimeText(use.resets_at).substr(0, 10)));
}

[[noreturn]] void ThrowStorageQuota() {
  throw HttpError(403, "storage_quota_exceeded",
                  "The account would keep more than it may. Delete videos, or give up uploads.");
}

void CheckDisk(Services& services, int64_t bytes) {
  if (services.blobs.FreeBytes() - kSpareDiskBytes >= bytes) return;
  throw Error(Code::kStorageFull, "The server's disk is full.");
}

}  // namespace

Upload AdmitUpload(Services& services, const UploadFiles& files, const Caller& caller,
                   const WishedUpload& wish) {
  const TierLimits& limits = services.settings.tiers.Of(caller.tier);
  if (wish.length_bytes) CheckLength(limits, *wish.length_bytes);
  CheckQuota(services, caller.user_id);
  CheckDisk(services, wish.length_bytes.value_or(wish.most_bytes.value_or(0)));

  Upload upload;
  upload.id = UploadId::New();
  upload.user_id = caller.user_id;
  upload.length_bytes = wish.length_bytes;
  upload.reserved_bytes = wish.length_bytes.value_or(
      std::min(limits.max_file_bytes, wish.most_bytes.value_or(INT64_MAX)));
  upload.metadata = wish.metadata;
  upload.created_at = services.clock.Now();
  upload.expires_at = upload.created_at + wish.life;
  upload.video_id = VideoId::New();
  upload.job_id = JobId::New();
  if (!services.stores.uploads().Add(upload, limits.max_stored_bytes)) ThrowStorageQuota();
  // After the row: a row without a file is found by its time, a file without a row by nobody.
  try {
    files.Create(upload.id);
  } catch (...) {
    // Nobody knows its id, so nobody could give its place in the account back.
    try {
      services.stores.uploads().Remove(upload.user_id, upload.id);
    } catch (...) {  // The first failure is the one to tell.
    }
    throw;
  }
  return upload;
}

void SetUploadLength(Services& services, const Caller& caller, Upload& upload,
                     int64_t length_bytes) {
  const TierLimits& limits = services.settings.tiers.Of(caller.tier);
  CheckLength(limits, length_bytes);
  CheckDisk(services, length_bytes);
  if (!services.stores.uploads().SetLength(upload.id, length_bytes, limits.max_stored_bytes)) {
    ThrowStorageQuota();
  }
  upload.length_bytes = length_bytes;
  upload.reserved_bytes = length_bytes;
}

}  // namespace tapmask::api
