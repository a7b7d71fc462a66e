// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "tapmask/core/reason.h"

namespace tapmask {

// What went wrong, in terms that know nothing of HTTP or exit codes. The three places that catch
// errors (the command line, the API, the worker) each map every code with a `switch` without
// `default`, so that a new code does not compile until all of them know it.
enum class Code {
  kInvalidArgument,   // The request itself is wrong: an option, a point outside the frame.
  kUnsupportedMedia,  // The input is not a video that we work on.
  kTooLarge,          // The input is over a limit of pixels, duration, frames, streams or bytes.
  kUnauthenticated,
  kForbidden,
  kNotFound,
  kConflict,
  kQuotaExceeded,
  kRateLimited,
  kStorageFull,
  kUnavailable,  // Could not be done now; another try may succeed.
  kCancelled,
  kInternal,  // Our fault.
};

// The code's stable name, e.g. "unsupported_media".
std::string_view CodeName(Code code);

// Thrown when the current request, job or command cannot go on. Expected ends (no more frames,
// nothing found) are values, not errors.
//
// `public_text()` is one sentence that says what is wrong and what to do; it is safe to show and
// holds no path that the user did not give. `what()` is for the log and may hold anything.
class Error : public std::runtime_error {
 public:
  Error(Code code, std::string public_text, const std::string& log_text = {})
      : std::runtime_error(log_text.empty() ? public_text : public_text + " [" + log_text + "]"),
        code_(code),
        public_text_(std::move(public_text)) {}

  // As in: throw Error(…).Because(Reason::kNoObject);
  Error& Because(Reason reason) {
    reason_ = reason;
    return *this;
  }

  Code code() const { return code_; }
  Reason reason() const { return reason_; }
  const std::string& public_text() const { return public_text_; }

 private:
  Code code_;
  Reason reason_ = Reason::kNone;
  std::string public_text_;
};

}  // namespace tapmask
