// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tapmask/core/clock.h"

// The small part of RFC 5322, 2045 and 2047 that our mails need.
namespace tapmask {

// Lines of at most 76 characters, ended by CRLF; `text` has '\n'.
std::string QuotedPrintable(std::string_view text);

// Text of a header: as it is when it is printable ASCII and short, else as encoded words of UTF-8
// on folded lines.
std::string EncodedHeaderText(std::string_view utf8);

// The name before an address: a quoted string, or encoded words.
std::string EncodedDisplayName(std::string_view utf8);

// "Sun, 01 Mar 2026 12:00:00 +0000"
std::string MailDate(Time time);

std::string HtmlEscaped(std::string_view text);

}  // namespace tapmask
