// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "tapmask/api/http_message.h"

namespace tapmask::api {

// The session's cookie. Over TLS it has the prefix __Host-, with which browsers take it only from
// this very host and never over plain http; on loopback without TLS they would not take that.
class SessionCookie {
 public:
  explicit SessionCookie(bool is_over_tls) : is_over_tls_(is_over_tls) {}

  std::string_view name() const { return is_over_tls_ ? "__Host-tapmask" : "tapmask_session"; }

  // The token that a request brings. Nothing when it brings none, or several that differ: one of
  // them was set by somebody else.
  std::optional<std::string> TokenOf(const Headers& headers) const;

  // Values of Set-Cookie. `token` has letters, digits, '-' and '_' only; otherwise throws
  // std::logic_error.
  std::string Set(std::string_view token, std::chrono::seconds max_age) const;
  std::string Clear() const;

 private:
  const bool is_over_tls_;
};

}  // namespace tapmask::api
