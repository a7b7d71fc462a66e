// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/error.h"

namespace tapmask {

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kInvalidArgument: return "invalid_argument";
    case Code::kUnsupportedMedia: return "unsupported_media";
    case Code::kTooLarge: return "too_large";
    case Code::kUnauthenticated: return "unauthenticated";
    case Code::kForbidden: return "forbidden";
    case Code::kNotFound: return "not_found";
    case Code::kConflict: return "conflict";
    case Code::kQuotaExceeded: return "quota_exceeded";
    case Code::kRateLimited: return "rate_limited";
    case Code::kStorageFull: return "storage_full";
    case Code::kUnavailable: return "unavailable";
    case Code::kCancelled: return "cancelled";
    case Code::kInternal: return "internal";
  }
  return "internal";
}

}  // namespace tapmask
