// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "tapmask/api/caller.h"
#include "tapmask/api/services.h"
#include "tapmask/storage/upload_files.h"

namespace tapmask::api {

struct WishedUpload {
  std::optional<int64_t> length_bytes;  // Nothing: told later.
  // When the length is not known: at most so many bytes can come; nothing: not known either.
  std::optional<int64_t> most_bytes;
  std::string metadata;
  std::chrono::milliseconds life{};  // Until it is removed if nothing comes.
};

// Looks, before any byte is read, whether a file may come, and makes its row, which reserves its
// place in the account, and its empty file. Blocks. Throws
//   413 file_too_large           the tier takes no such files
//   415 unsupported_media        of 0 bytes
//   403 quota_exceeded           the month's videos are used up
//   403 storage_quota_exceeded   the account would keep too much
//   429 rate_limited             the account has too many unfinished uploads
//   507 storage_full             the disk has no room for it
Upload AdmitUpload(Services& services, const UploadFiles& files, const Caller& caller,
                   const WishedUpload& wish);

// Tells the length that was deferred. `upload` has it then, too. Throws as above.
void SetUploadLength(Services& services, const Caller& caller, Upload& upload,
                     int64_t length_bytes);

}  // namespace tapmask::api
