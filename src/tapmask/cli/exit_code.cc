// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/exit_code.h"

namespace tapmask {

ExitCode ExitCodeOf(Code code) {
  switch (code) {
    case Code::kInvalidArgument: return ExitCode::kBadUsage;
    case Code::kUnsupportedMedia: return ExitCode::kRefused;
    case Code::kTooLarge: return ExitCode::kRefused;
    case Code::kNotFound: return ExitCode::kRefused;
    case Code::kCancelled: return ExitCode::kCancelled;
    case Code::kUnauthenticated: return ExitCode::kFailed;
    case Code::kForbidden: return ExitCode::kFailed;
    case Code::kConflict: return ExitCode::kFailed;
    case Code::kQuotaExceeded: return ExitCode::kFailed;
    case Code::kRateLimited: return ExitCode::kFailed;
    case Code::kStorageFull: return ExitCode::kFailed;
    case Code::kUnavailable: return ExitCode::kFailed;
    case Code::kInternal: return ExitCode::kFailed;
  }
  return ExitCode::kFailed;
}

}  // namespace tapmask
