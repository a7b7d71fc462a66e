// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "tapmask/api/blocking_pool.h"
#include "tapmask/api/http_message.h"
#include "tapmask/core/clock.h"

namespace tapmask::api {

// An ETag of `text`, quoted; characters that it may not have become '_'.
std::string ETag(std::string_view text);

// Whether If-None-Match has `etag`, weakly compared, or "*".
bool IsNoneMatchHit(const Headers& headers, std::string_view etag);

// `response` with the ETag, or, when a GET or HEAD asks for news and there are none, 304 with the
// ETag and the response's Cache-Control.
Response WithETag(const Request& request, std::string_view etag, Response response);

struct ByteRange {
  int64_t first = 0;
  int64_t length = 0;  // At least 1.
};
struct Unsatisfiable {};
// What Range asks of a file of `size` bytes. Nothing: the whole file, also where Range is
// malformed or has several ranges, as HTTP allows.
std::variant<std::monostate, ByteRange, Unsatisfiable> ParseRange(std::string_view range,
                                                                  int64_t size_bytes);

// Bytes that are fetched by blocking calls, in the pool.
//
// Called with the place in the file and where to put the bytes; returns how many, at least one, 0
// only past the end.
using ReadAt = std::function<size_t(int64_t offset, std::span<char> out)>;

constexpr std::chrono::seconds kAskAgainAfter{3};

struct FileAnswer {
  int64_t size_bytes = 0;
  std::string etag;  // Quoted. Empty: none, and If-Range never fits.
  std::string content_type;
  ReadAt read_at;  // May own the file; freed in the pool or on the connection's thread.
  // Whether it may still be given out, asked in the pool every kAskAgainAfter while it is sent,
  // which to a slow client takes hours. Once it may not, the body ends too early, so that the
  // connection is cut. Empty: it always may. `clock`, which must then be there, must outlive the
  // answer.
  std::function<bool()> is_there = {};
  const Clock* clock = nullptr;
};
// 200, 206, 304 or 416 (as problem document) for a GET or HEAD of a file, with Accept-Ranges.
// `pool` must live until the answer is sent.
Response ServeFile(const Request& request, FileAnswer file, BlockingPool& pool);

}  // namespace tapmask::api
