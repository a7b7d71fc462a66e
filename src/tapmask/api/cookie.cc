// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/cookie.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace tapmask::api {
namespace {

bool IsTokenText(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

}  // namespace

std::optional<std::string> SessionCookie::TokenOf(const Headers& headers) const {
  std::optional<std::string> token;
  for (std::string_view line : headers.All("Cookie")) {
    while (!line.empty()) {
      const size_t end = std::min(line.find(';'), line.size());
      const std::string_view pair = Trimmed(line.substr(0, end));
      line.remove_prefix(std::min(end + 1, line.size()));
      const size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name()) continue;
      std::string_view value = pair.substr(equals + 1);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
      }
      if (token && *token != value) return std::nullopt;
      token = value;
    }
  }
  if (token && !IsTokenText(*token)) return std::nullopt;
  return token;
}

std::string SessionCookie::Set(std::string_view token, std::chrono::seconds max_age) const {
  if (!IsTokenText(token)) throw std::logic_error("a session's token must be plain text");
  return fmt::format("{}={}; Path=/; Max-Age={}{}; HttpOnly; SameSite=Strict", name(), token,
                     max_age.count(), is_over_tls_ ? "; Secure" : "");
}

std::string SessionCookie::Clear() const {
  return fmt::format("{}=; Path=/; Max-Age=0{}; HttpOnly; SameSite=Strict", name(),
                     is_over_tls_ ? "; Secure" : "");
}

}  // namespace tapmask::api
