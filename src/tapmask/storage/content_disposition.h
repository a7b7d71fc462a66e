// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tapmask {

enum class Disposition { kInline, kAttachment };

// The value of a Content-Disposition header (RFC 6266, RFC 8187) for a file that a user named:
//
//   attachment; filename="Gr__e.mp4"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.mp4
//
// Safe for any bytes: what is no UTF-8, controls, marks that turn the direction of writing, and
// separators of paths become '_'; leading dots and blanks at the ends go; a long name is cut to
// 150 bytes and keeps a suffix of up to 10; of nothing becomes "video". Always one line of ASCII.
std::string ContentDisposition(Disposition disposition, std::string_view filename);

}  // namespace tapmask
