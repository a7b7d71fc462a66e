// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tapmask/api/http_message.h"
#include "tapmask/api/services.h"
#include "tapmask/storage/blob_key.h"
#include "tapmask/storage/blob_store.h"

namespace tapmask::api {

struct BlobHeaders {
  std::string content_type;
  std::string cache_control = "private, no-store";
  std::string disposition = {};  // Content-Disposition; empty: none.
};

// 200, 206, 304 or 416 for a GET or HEAD of a blob; nothing: there is no such blob. What is read is
// the blob as it is now, until `video`, which it is of, is deleted or expires: within seconds the
// connection is cut then. Blocks.
std::optional<Response> BlobAnswer(const Request& request, Services& services, const Video& video,
                                   const BlobKey& key, BlobHeaders headers);

// Without parts: a Range is passed over, so never 206 or 416.
std::optional<Response> WholeBlobAnswer(Request& request, Services& services, const Video& video,
                                        const BlobKey& key, BlobHeaders headers);

// By the suffix of our own names, "video/mp4"; "application/octet-stream" for others.
std::string ContentTypeOf(std::string_view file_name);

}  // namespace tapmask::api
