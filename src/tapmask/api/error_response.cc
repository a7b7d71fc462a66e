// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/error_response.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace tapmask::api {
namespace {

constexpr size_t kMostDetailBytes = 1'000;
constexpr std::string_view kRetrySeconds = "2";

// Where the finer codes belong among the core's, for who catches Error.
Code CoreCode(int status) {
  switch (status) {
    case 401: return Code::kUnauthenticated;
    case 403: return Code::kForbidden;
    case 404: return Code::kNotFound;
    case 409: return Code::kConflict;
    case 413: return Code::kTooLarge;
    case 415: return Code::kUnsupportedMedia;
    case 429: return Code::kRateLimited;
    case 503: return Code::kUnavailable;
    case 507: return Code::kStorageFull;
    default: return status >= 500 ? Code::kInternal : Code::kInvalidArgument;
  }
}

// "file_too_large" → "File too large"
std::string TitleOf(std::string_view code) {
  std::string title(code);
  for (char& c : title) {
    if (c == '_') c = ' ';
  }
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') {
    title[0] = static_cast<char>(title[0] - 'a' + 'A');
  }
  return title;
}

// Whole characters only.
std::string ShortText(std::string_view text) {
  if (text.size() <= kMostDetailBytes) return std::string(text);
  size_t end = kMostDetailBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

Response Internal() {
  return Problem(500, CodeName(Code::kInternal), "Something went wrong on the server.");
}

}  // namespace

HttpError::HttpError(int status, std::string code, std::string public_text, Headers headers)
    : Error(CoreCode(status), std::move(public_text), code),
      status_(status),
      http_code_(std::move(code)),
      headers_(std::move(headers)) {}

int StatusOf(Code code) {
  switch (code) {
    case Code::kInvalidArgument: return 400;
    case Code::kUnsupportedMedia: return 415;
    case Code::kTooLarge: return 413;
    case Code::kUnauthenticated: return 401;
    case Code::kForbidden: return 403;
    case Code::kNotFound: return 404;
    case Code::kConflict: return 409;
    case Code::kQuotaExceeded: return 403;
    case Code::kRateLimited: return 429;
    case Code::kStorageFull: return 507;
    case Code::kUnavailable: return 503;
    case Code::kCancelled: return 409;
    case Code::kInternal: return 500;
  }
  return 500;
}

Response Problem(int status, std::string_view code, std::string_view detail, Headers headers) {
  const std::string title = TitleOf(code);
  const nlohmann::ordered_json json{{"type", "urn:tapmask:error:" + std::string(code)},
                                    {"title", title},
                                    {"status", status},
                                    {"code", code},
                                    {"detail", detail.empty() ? title + "." : ShortText(detail)}};
  Response response;
  response.status = status;
  response.headers = std::move(headers);
  response.headers.Set("Content-Type", "application/problem+json");
  if ((status == 429 || status == 503) && !response.headers.Has("Retry-After")) {
    response.headers.Add("Retry-After", std::string(kRetrySeconds));
  }
  if (status == 401 && !response.headers.Has("WWW-Authenticate")) {
    response.headers.Add("WWW-Authenticate", "Bearer");
  }
  // What is no UTF-8 is replaced: a strange detail must not become another error.
  response.body = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return response;
}

Response ErrorResponse(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const HttpError& error) {
    return Problem(error.status(), error.http_code(), error.public_text(), error.headers());
  } catch (const Error& error) {
    return Problem(StatusOf(error.code()), CodeName(error.code()), error.public_text());
  } catch (...) {
    return Internal();
  }
}

std::string LogText(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "unknown exception";
  }
}

}  // namespace tapmask::api
