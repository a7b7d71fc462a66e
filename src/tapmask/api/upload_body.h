// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "tapmask/api/blocking_pool.h"
#include "tapmask/api/error_response.h"
#include "tapmask/api/http_message.h"
#include "tapmask/api/upload_lock.h"
#include "tapmask/api/upload_writer.h"

namespace tapmask::api {

// Runs `work` in the pool as one step of the request that holds the upload. Throws 423
// upload_locked, without running it, when another request has the upload now. `hold`: null when
// nobody else can know the upload.
template <class Work>
Task<std::invoke_result_t<Work&>> RunStep(BlockingPool& pool, UploadLocks::Hold* hold, Work work) {
  const std::optional<UploadLocks::Step> step = hold ? hold->BeginStep() : std::nullopt;
  if (hold && !step) {
    throw HttpError(423, "upload_locked", "Another request has taken this upload over.",
                    {{"Retry-After", "1"}});
  }
  co_return co_await pool.RunAdmitted(std::move(work));
}

// Reads a body to its end and writes it in pieces. Memory: 256 KB, whatever the body's length.
// `UploadWriter::End` is left to the caller.
//
// Ends in an exception when the body does not come whole, is longer than `most_bytes` (then it is
// `too_long`, made of what the upload has then), or cannot be written. What came before is on the
// disk then (see UploadWriter::Keep), unless the disk itself failed or another request has the
// upload.
Task<void> ReceiveBody(BodyReader& reader, BlockingPool& pool, UploadLocks::Hold* hold,
                       UploadWriter& writer, int64_t most_bytes,
                       std::function<HttpError(int64_t offset)> too_long);

}  // namespace tapmask::api
