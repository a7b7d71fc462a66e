// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/blob_answer.h"

#include <utility>

#include <fmt/format.h>

#include "tapmask/api/conditional.h"
#include "tapmask/api/fingerprint.h"

namespace tapmask::api {
std::optional<Response> BlobAnswer(const Request& request, Services& services, const Video& video,
                                   const BlobKey& key, BlobHeaders headers) {
  std::shared_ptr<BlobReader> reader = services.blobs.Open(key);
  if (!reader) return std::nullopt;
  FileAnswer file;
  file.size_bytes = reader->size_bytes();
  // What is under a key is written once: a key has the fence of its attempt, or is of a video.
  file.etag = ETag(fmt::format("{:x}-{:x}", Fingerprint(key.text()), file.size_bytes));
  file.content_type = std::move(headers.content_type);
  file.read_at = [reader = std::move(reader)](int64_t offset, std::span<char> out) {
    return reader->ReadAt(offset, std::as_writable_bytes(out));
  };
  file.is_there = [&services, user_id = video.user_id, id = video.id] {
    return services.stores.videos().Get(user_id, id, services.clock.Now()).has_value();
  };
  file.clock = &services.clock;
  Response response = ServeFile(request, std::move(file), services.pool);
  response.headers.Set("Cache-Control", headers.cache_control);
  if (!headers.disposition.empty() && response.status < 300) {
    response.headers.Set("Content-Disposition", headers.disposition);
  }
  return response;
}

std::optional<Response> WholeBlobAnswer(Request& request, Services& services, const Video& video,
                                        const BlobKey& key, BlobHeaders headers) {
  request.headers.Remove("Range");
  std::optional<Response> response = BlobAnswer(request, services, video, key, std::move(headers));
  if (response) response->headers.Remove("Accept-Ranges");
  return response;
}

std::string ContentTypeOf(std::string_view file_name) {
  const size_t dot = file_name.rfind('.');
  const std::string_view suffix =
      dot == std::string_view::npos ? std::string_view() : file_name.substr(dot + 1);
  if (suffix == "mp4") return "video/mp4";
  if (suffix == "mov") return "video/quicktime";
  if (suffix == "mkv") return "video/x-matroska";
  if (suffix == "webm") return "video/webm";
  if (suffix == "avi") return "video/x-msvideo";
  if (suffix == "jpg") return "image/jpeg";
  if (suffix == "json") return "application/json";
  if (suffix == "jsonl") return "application/x-ndjson";
  return "application/octet-stream";
}

}  // namespace tapmask::api
