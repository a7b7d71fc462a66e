// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "tapmask/api/http_message.h"
#include "tapmask/core/error.h"

namespace tapmask::api {

// An error that HTTP knows more about than tapmask::Code: its own status, a finer code of
// docs/errors.md, header fields.
class HttpError : public Error {
 public:
  // `code` like "wrong_password"; `status` in [400, 599].
  HttpError(int status, std::string code, std::string public_text, Headers headers = {});

  int status() const { return status_; }
  const std::string& http_code() const { return http_code_; }
  const Headers& headers() const { return headers_; }

 private:
  int status_;
  std::string http_code_;
  Headers headers_;
};

// The status that goes with a code of the core.
int StatusOf(Code code);

// A problem document (RFC 9457): {type, title, status, code, detail}. `detail` is shown to people;
// of one that is empty or longer than 1,000 bytes something fitting is made.
Response Problem(int status, std::string_view code, std::string_view detail, Headers headers = {});

// The answer for what a handler threw: the one place of the API where exceptions end. Of what is
// neither Error nor HttpError nothing is told. 429 and 503 get a Retry-After.
Response ErrorResponse(const std::exception_ptr& failure);

// For the log: what() of it, "unknown exception" if it has none.
std::string LogText(const std::exception_ptr& failure);

}  // namespace tapmask::api
