// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/store_upload.h"

#include <string_view>
#include <utility>

#include "tapmask/api/error_response.h"
#include "tapmask/api/media_signature.h"
#include "tapmask/api/tus_headers.h"

namespace tapmask::api {
namespace {

BlobKey FolderOf(const Upload& upload) {
  return BlobKey::Make(upload.user_id.text() + "/" + upload.video_id.text());
}

std::optional<BlobInfo> FindOriginal(BlobStore& blobs, const Upload& upload) {
  const BlobKey folder = FolderOf(upload);
  for (BlobInfo& blob : blobs.List(folder)) {
    if (blob.key.text().starts_with(folder.text() + "/original.")) return std::move(blob);
  }
  return std::nullopt;
}

bool HasJob(Stores& stores, const Upload& upload) {
  return stores.jobs().Get(upload.user_id, upload.job_id).has_value();
}

[[noreturn]] void ThrowGone() {
  throw Error(Code::kNotFound, "There is no such upload.");
}

// From the upload's file to the original; the file stays locked meanwhile.
BlobKey PutOriginal(Services& services, const UploadFiles& files, const Upload& upload,
                    int64_t size_bytes) {
  std::optional<UploadFile> file = files.Open(upload.id, UploadFiles::Unchecked::kKeep);
  if (!file) {
    const std::optional<BlobInfo> blob = FindOriginal(services.blobs, upload);
    if (!blob) ThrowGone();
    if (blob->size_bytes != size_bytes) {
      throw Error(Code::kConflict, "The upload has another length.");
    }
    return blob->key;
  }
  if (file->has_unchecked() || file->size_bytes() != size_bytes) {
    throw Error(Code::kConflict, "Another request changes this upload.");
  }
  std::string head(kSignatureBytes, '\0');
  head.resize(file->ReadAt(0, head));
  const MediaSignature signature = SignatureOf(head, true);
  if (signature.verdict != MediaSignature::Verdict::kVideo) {
    throw HttpError(415, "unsupported_media",
                    "This is no video that is taken. Export it as MP4 and upload that.");
  }
  file->Sync();
  const BlobKey key = FolderOf(upload).Join("original." + std::string(signature.extension));
  services.blobs.PutFile(key, files.PathOf(upload.id));
  return key;
}

Enqueued AddVideo(Stores& stores, const Video& video, const NewJob& ingest, Time now) {
  try {
    return stores.videos().AddWithIngest(video, ingest, now);
  } catch (const Error& error) {
    // The account was closed since we asked who this is.
    if (error.code() != Code::kNotFound) throw;
    throw Error(Code::kUnauthenticated, "Sign in first.", error.what());
  }
}

void CheckEnqueued(Enqueued answer) {
  switch (answer) {
    case Enqueued::kNew:
    case Enqueued::kAlreadyThere: return;
    case Enqueued::kNoVideo: ThrowGone();
    case Enqueued::kQueueFull:
      throw HttpError(503, "queue_full", "Too many jobs wait. Try again in a moment.");
    case Enqueued::kTooManyWaiting:
      throw HttpError(429, "too_many_jobs",
                      "As many of your jobs wait as may. Wait until one is done, or cancel one.");
    case Enqueued::kQuotaUsedUp:
      throw HttpError(403, "quota_exceeded", "The videos of this month are used up.");
  }
}

}  // namespace

std::optional<int64_t> BytesThere(Services& services, const UploadFiles& files,
                                  const Upload& upload) {
  std::optional<UploadFile> file = files.Open(upload.id, UploadFiles::Unchecked::kDrop);
  if (file) {
    file->Sync();  // What a killed process wrote may not be on the disk yet.
    return file->size_bytes();
  }
  const std::optional<BlobInfo> blob = FindOriginal(services.blobs, upload);
  if (blob) return blob->size_bytes;
  // The video may have been deleted already.
  if (HasJob(services.stores, upload)) return upload.length_bytes;
  return std::nullopt;
}

void StoreUpload(Services& services, const UploadFiles& files, const Upload& upload,
                 int64_t size_bytes, Tier tier) {
  Stores& stores = services.stores;
  if (!HasJob(stores, upload)) {
    const BlobKey key = PutOriginal(services, files, upload, size_bytes);
    const Time now = services.clock.Now();
    Video video;
    video.id = upload.video_id;
    video.user_id = upload.user_id;
    video.original_filename = FilenameOf(upload.metadata);
    if (video.original_filename.empty()) {
      video.original_filename = "video." + key.text().substr(key.text().rfind('.') + 1);
    }
    video.file_size_bytes = size_bytes;
    video.storage_key = key.text();
    video.uploaded_at = now;
    if (services.settings.retention) video.expires_at = now + *services.settings.retention;
    NewJob ingest;
    ingest.id = upload.job_id;
    ingest.kind = JobKind::kIngest;
    ingest.user_id = upload.user_id;
    ingest.video_id = upload.video_id;
    ingest.tier = tier;
    ingest.request = "{}";
    const Enqueued answer = AddVideo(stores, video, ingest, now);
    CheckEnqueued(answer);
    // Its video was made, deleted and perhaps swept before: nobody would sweep this file.
    if (answer == Enqueued::kAlreadyThere &&
        !stores.videos().Get(upload.user_id, upload.video_id, now)) {
      services.blobs.RemoveAll(FolderOf(upload));
    }
  }
  stores.uploads().SetComplete(upload.id);
  files.Remove(upload.id);
}

RemovedFiles RemoveUpload(Stores& stores, BlobStore& blobs, const Upload& upload) {
  RemovedFiles removed = UploadFiles(blobs).Remove(upload.id);
  // Stored, but without a job: no video, so nobody else would remove it.
  if (!upload.is_complete && !HasJob(stores, upload)) {
    const RemovedFiles original = blobs.RemoveAll(FolderOf(upload));
    removed.files += original.files;
    removed.bytes += original.bytes;
  }
  stores.uploads().Remove(upload.user_id, upload.id);
  return removed;
}

}  // namespace tapmask::api
