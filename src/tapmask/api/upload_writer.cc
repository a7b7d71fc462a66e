// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/upload_writer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "tapmask/api/error_response.h"
#include "tapmask/api/media_signature.h"
#include "tapmask/storage/disk_reserve.h"

namespace tapmask::api {
namespace {

constexpr int64_t kMostUnasked = 16'000'000;
// Of what is free: so many writers at once do not use up what was free when they asked.
constexpr int64_t kUnaskedShare = 64;

}  // namespace

UploadWriter::UploadWriter(Services& services, const UploadFiles& files, const Upload& upload,
                           int64_t offset, std::chrono::milliseconds life,
                           std::optional<UploadChecksum> checksum)
    : services_(services),
      files_(files),
      upload_(upload),
      life_(life),
      offset_(offset),
      checksum_(std::move(checksum)),
      knows_format_(offset >= static_cast<int64_t>(kSignatureBytes)),
      renewed_at_(services.clock.Now()) {}

UploadFile UploadWriter::Open() const {
  std::optional<UploadFile> file = files_.Open(upload_.id, UploadFiles::Unchecked::kKeep);
  if (!file) throw Error(Code::kNotFound, "There is no such upload.");
  const bool is_ours = checksum_ && has_written_;
  if (file->size_bytes() != offset_ || file->has_unchecked() != is_ours) {
    throw HttpError(423, "upload_locked", "Another request has taken this upload over.");
  }
  return std::move(*file);
}

void UploadWriter::CheckSignature(const UploadFile& file, std::string_view data) {
  std::string head(static_cast<size_t>(std::min<int64_t>(offset_, kSignatureBytes)), '\0');
  head.resize(file.ReadAt(0, head));
  head += data.substr(0, kSignatureBytes - head.size());
  const MediaSignature signature = SignatureOf(head, false);
  if (signature.verdict == MediaSignature::Verdict::kRefused) {
    throw HttpError(415, "unsupported_media",
                    "This is no video that is taken. Export it as MP4 and upload that.");
  }
  knows_format_ = signature.verdict == MediaSignature::Verdict::kVideo;
}

void UploadWriter::RenewTime() {
  const Time now = services_.clock.Now();
  if (now - renewed_at_ < life_ / 8) return;
  if (!services_.stores.uploads().SetExpiry(upload_.id, now + life_)) {
    throw Error(Code::kNotFound, "There is no such upload.");
  }
  renewed_at_ = now;
}

void UploadWriter::CheckDisk(int64_t bytes) {
  if (unasked_bytes_ < bytes) {
    const int64_t free = services_.blobs.FreeBytes() - kSpareDiskBytes;
    if (free < bytes) throw Error(Code::kStorageFull, "The server's disk is full.");
    unasked_bytes_ = std::max(bytes, std::min(kMostUnasked, free / kUnaskedShare));
  }
  unasked_bytes_ -= bytes;
}

void UploadWriter::Write(std::string_view data) {
  if (data.empty()) return;
  RenewTime();
  UploadFile file = Open();
  if (!knows_format_) CheckSignature(file, data);
  CheckDisk(static_cast<int64_t>(data.size()));
  if (checksum_) {
    if (!has_written_) file.BeginUnchecked();
    has_written_ = true;
    checksum_->Add(data);
  }
  file.Append(data);
  offset_ = file.size_bytes();
  has_written_ = true;
}

void UploadWriter::Keep() {
  if (!has_written_) return;
  UploadFile file = Open();
  if (checksum_) {
    file.Drop();
  } else {
    file.Sync();
  }
  offset_ = file.size_bytes();
}

void UploadWriter::End() {
  if (!checksum_) return Keep();
  const bool matches = checksum_->Matches();
  if (has_written_) {
    UploadFile file = Open();
    if (matches) {
      file.Accept();
    } else {
      file.Drop();
    }
  }
  if (!matches) {
    throw HttpError(460, "checksum_mismatch",
                    "The body is not of its checksum; nothing of it was kept. Send it again.");
  }
}

}  // namespace tapmask::api
