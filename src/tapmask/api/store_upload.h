// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tapmask/api/services.h"
#include "tapmask/storage/upload_files.h"

namespace tapmask::api {

// The ends that an upload comes to, in whatever way its bytes came. All calls block, and may be
// made again, by any process, after a crash at any point: which video and job an upload becomes
// stands in its row from the beginning.

// How many bytes are there for good: in its file, or, when only its job could not be made, as the
// stored original. Bytes whose checksum was not compared are dropped. Nothing: it has no bytes,
// they were removed. Of an upload that is not complete.
std::optional<int64_t> BytesThere(Services& services, const UploadFiles& files,
                                  const Upload& upload);

// Makes the video and its ingest job of an upload whose `size_bytes` are all there:
//   file → original in the blob store → video and job → the upload is complete
// Each step is durable before the next, and is passed over when it was done before.
//
// Throws, and may be called again:
//   429 too_many_jobs, 503 queue_full   no room for its job
//   415 unsupported_media               no video; remove the upload
//   kNotFound                           it was removed meanwhile
//   kConflict                           there are not just as many bytes
void StoreUpload(Services& services, const UploadFiles& files, const Upload& upload,
                 int64_t size_bytes, Tier tier);

// Its bytes, then its row. A video that it became stays.
RemovedFiles RemoveUpload(Stores& stores, BlobStore& blobs, const Upload& upload);

}  // namespace tapmask::api
