// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tapmask {

// What a Range header asks of a file (RFC 9110, section 14).
struct HttpRange {
  enum class Kind {
    kWhole,          // 200: no header, one that says nothing we know, or several ranges.
    kPart,           // 206, with `first` to `last`.
    kUnsatisfiable,  // 416.
  };
  Kind kind = Kind::kWhole;
  int64_t first = 0, last = -1;  // Bytes, both included; last < size.
  int64_t length_bytes() const { return last - first + 1; }
};

// `header` is the field's value, whatever a client sent; `size_bytes` >= 0. As the RFC has it, what
// is not well formed is ignored, and so is a request for more than one range, which need not be
// served. Of an empty file its last bytes are the whole of it.
HttpRange ParseRange(std::string_view header, int64_t size_bytes);

// The value of Content-Range, "bytes 0-99/1000"; for kUnsatisfiable "bytes */1000".
std::string ContentRange(const HttpRange& range, int64_t size_bytes);

}  // namespace tapmask
