// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "tapmask/api/http_message.h"
#include "tapmask/api/limits.h"

namespace tapmask::api {

// Looks at the bytes of a request's head, up to and with the empty line, before anything else
// reads them, and refuses whatever two readers could understand differently: that is how requests
// are smuggled past a proxy. Lines must end in CR LF, fields may not be folded, no blank before
// the colon, no control characters, exactly one Host, at most one Content-Length of digits only,
// no Content-Length together with Transfer-Encoding.
//
// Throws HttpError: 400 bad_request, 414 uri_too_long, 431 headers_too_large, 501 not_implemented
// (a Transfer-Encoding other than chunked), 505 http_version_unsupported.
void CheckRequestHead(std::string_view head, const Limits& limits);

// Sets path and query of `request` from its target, and what "http://host/path" says of the host.
// Throws HttpError 400.
void SplitTarget(Request& request);

// The text with %XX replaced; nothing when such a sequence is broken or the result is no UTF-8 or
// has control characters.
std::optional<std::string> PercentDecoded(std::string_view text);

// The host in a Host field without its port, in lower case; nothing when it is malformed.
std::optional<std::string> HostName(std::string_view host_field);

bool IsUtf8(std::string_view text);

}  // namespace tapmask::api
