// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tapmask/api/services.h"
#include "tapmask/api/upload_checksum.h"
#include "tapmask/storage/upload_files.h"

namespace tapmask::api {

// Writes one request's bytes behind those that an upload has. Each call blocks, opens the file anew
// and leaves it closed, so that another request can take the upload over between two calls; when it
// has, a call throws 423 upload_locked and nothing is written.
//
// The upload's time is set anew while bytes come. Not thread-safe.
class UploadWriter {
 public:
  // `offset` is what the upload has. All references must outlive the writer.
  UploadWriter(Services& services, const UploadFiles& files, const Upload& upload, int64_t offset,
               std::chrono::milliseconds life, std::optional<UploadChecksum> checksum);

  // Throws 415 unsupported_media as soon as the first bytes are of no video: the upload is to be
  // removed. kNotFound: it was removed. kStorageFull: the disk has no more than kSpareDiskBytes, or
  // nothing at all; what was written before stays.
  void Write(std::string_view data);

  // Makes what was written durable. With a checksum: nothing of a body without its `End` counts, so
  // it takes all of it away.
  void Keep();
  // The body is whole. Throws HttpError 460 checksum_mismatch, having taken it away.
  void End();

  int64_t offset() const { return offset_; }
  bool knows_format() const { return knows_format_; }

 private:
  UploadFile Open() const;
  void CheckSignature(const UploadFile& file, std::string_view data);
  void RenewTime();
  void CheckDisk(int64_t bytes);

  Services& services_;
  const UploadFiles& files_;
  const Upload& upload_;
  const std::chrono::milliseconds life_;
  int64_t offset_;
  std::optional<UploadChecksum> checksum_;
  bool knows_format_ = false;
  bool has_written_ = false;
  Time renewed_at_;
  int64_t unasked_bytes_ = 0;  // May be written before the disk is asked again.
};

}  // namespace tapmask::api
