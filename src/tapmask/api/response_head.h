// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tapmask/api/http_message.h"

namespace tapmask::api {

// How the bytes of an answer's body are told apart from what follows.
struct Framing {
  enum class Kind { kNoBody, kLength, kChunked, kUntilClose };
  Kind kind = Kind::kNoBody;
  int64_t length_bytes = 0;  // Of kLength.
};

// `is_http_1_0`: chunks are not understood.
Framing FramingOf(const Response& response, bool is_http_1_0);

// Status line and header fields with Date, Content-Length or Transfer-Encoding and Connection, and
// the empty line. Throws std::logic_error when a handler made a field that would break out of its
// line, or set one that is the server's.
std::string ResponseHead(const Response& response, const Framing& framing, bool keep_alive);

// The event as it goes over the line.
std::string EventText(const Event& event);

}  // namespace tapmask::api
