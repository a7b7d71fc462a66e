// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tapmask/api/http_message.h"
#include "tapmask/core/clock.h"

namespace tapmask::api {

// The header fields of tus 1.0.0. What throws, throws HttpError with a code of docs/errors.md.

constexpr std::string_view kTusVersion = "1.0.0";
constexpr std::string_view kTusExtensions =
    "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination";

// 412 tus_version_unsupported unless the request speaks our version.
void CheckTusVersion(const Request& request);

// A count of bytes in [0, 2^53 - 1]; nothing: the field is not there. 400 for anything else.
std::optional<int64_t> ByteCount(const Headers& headers, std::string_view name);

// Of a creation: nothing, the length is told later. 400 when neither or both are said.
std::optional<int64_t> NewUploadLength(const Headers& headers);

// Upload-Metadata as it came, but for blanks around commas; empty when it is not there. 400 for
// what is malformed, longer than 4,096 bytes, or has a name twice.
std::string UploadMetadata(const Headers& headers);
// Of such metadata: the file's name for people, without folders, at most 255 characters; empty:
// none that can be shown.
std::string FilenameOf(std::string_view metadata);
// The other way round, for uploads that came in another way.
std::string MetadataOf(std::string_view filename);

// 415 unsupported_content_type unless the body is of tus.
void CheckTusContentType(const Headers& headers);

// The form of RFC 9110, "Tue, 03 Mar 2026 08:30:00 GMT".
std::string HttpDate(Time time);

// Strict, with its padding; nothing for anything else.
std::optional<std::string> Base64Decoded(std::string_view text);

}  // namespace tapmask::api
