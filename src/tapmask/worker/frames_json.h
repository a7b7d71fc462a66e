// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "tapmask/core/id.h"
#include "tapmask/pipeline/ingest.h"
#include "tapmask/storage/blob_store.h"

namespace tapmask {

// The file frames.json: when each frame of a video is shown, which the page must know before any
// other work is done. An ingest's child leaves it, in a form that only its worker reads; what the
// worker stores is what the API gives out (FrameTimes in web/openapi.yaml):
//
//   {"videoId":"…","frames":300,"timescale":30000,"runs":[[299,1001],[1,2002]]}

// Of a child. `frames`: of all runs together. Throws kStorageFull.
void WriteFrameTimes(const FrameDurations& durations, int64_t frames,
                     const std::filesystem::path& file);

// Checks what a child left, to which nobody may write any more, and stores it under `key`. Takes
// nothing on trust, and reads piece by piece.
// Throws kInternal, and stores nothing, when it is missing, no regular file, longer than times of
// `frames` frames can be, or not of that form and that many frames; what BlobStore throws.
void StoreFrameTimes(const std::filesystem::path& file, const VideoId& video_id, int64_t frames,
                     BlobStore& blobs, const BlobKey& key);

}  // namespace tapmask
