// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/job_files.h"

#include <array>
#include <fstream>
#include <memory>
#include <set>

#include "tapmask/core/error.h"

namespace tapmask {

BlobKey FolderOfVideo(const UserId& user_id, const VideoId& video_id) {
  return BlobKey::Make(user_id.text()).Join(video_id.text());
}

BlobKey FolderOfJob(const UserId& user_id, const JobId& job_id) {
  return BlobKey::Make(user_id.text()).Join(job_id.text());
}

BlobKey FolderOfAttempt(const Job& job) {
  return FolderOfJob(job.user_id, job.id).Join(std::to_string(job.fence));
}

BlobKey FolderOfCheckpoint(const Job& job) {
  return FolderOfJob(job.user_id, job.id).Join("checkpoint");
}

std::string ShownName(const Video& video) {
  return video.storage_key.substr(video.storage_key.rfind('/') + 1);
}

bool CopyToFile(BlobStore& blobs, const BlobKey& key, const std::filesystem::path& file) {
  const std::unique_ptr<BlobReader> reader = blobs.Open(key);
  if (!reader) return false;
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  std::array<char, 1 << 16> buffer{};
  for (int64_t at = 0; at < reader->size_bytes();) {
    const size_t count = reader->ReadAt(at, std::as_writable_bytes(std::span(buffer)));
    if (count == 0) throw Error(Code::kInternal, "A file ends too early.", key.text());
    out.write(buffer.data(), static_cast<std::streamsize>(count));
    at += static_cast<int64_t>(count);
  }
  out.flush();
  if (!out) {
    throw Error(Code::kStorageFull, "There is no space left for files; try again later.",
                file.string());
  }
  return true;
}

void RemoveAllButOutputs(BlobStore& blobs, const Job& job) {
  const std::string kept = FolderOfAttempt(job).text();
  std::set<std::string> others;
  for (const BlobInfo& blob : blobs.List(FolderOfJob(job.user_id, job.id))) {
    const std::string& key = blob.key.text();
    const std::string folder = key.substr(0, key.rfind('/'));
    if (folder != kept) others.insert(folder);
  }
  for (const std::string& folder : others) blobs.RemoveAll(BlobKey::Make(folder));
}

void RemoveOutputs(BlobStore& blobs, const Job& job) {
  for (const char* name : {kOutputName, kMasksName, kReportName}) {
    blobs.Remove(FolderOfAttempt(job).Join(name));
  }
}

}  // namespace tapmask
