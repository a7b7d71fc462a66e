// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/accept_encoding.h"

#include <optional>
#include <string_view>

namespace tapmask::api {
namespace {

// What stands before the next `sign`, which is taken off `text` with it.
std::string_view TakeUntil(std::string_view& text, char sign) {
  const size_t end = text.find(sign);
  const std::string_view part = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return Trimmed(part);
}

// "0", "0.5", "1.000" (RFC 9110, 12.4.2): whether it is more than 0. False for anything else.
bool IsMoreThanNothing(std::string_view weight) {
  if (weight.empty() || weight.size() > 5 || (weight[0] != '0' && weight[0] != '1')) return false;
  if (weight.size() > 1 && weight[1] != '.') return false;
  bool is_more = weight[0] == '1';
  for (const char digit : weight.substr(weight.size() > 1 ? 2 : 1)) {
    if (digit < '0' || digit > '9' || (weight[0] == '1' && digit != '0')) return false;
    is_more = is_more || digit != '0';
  }
  return is_more;
}

// Of what stands behind the coding's name.
bool IsAllowed(std::string_view parameters) {
  bool is_allowed = true;
  while (!parameters.empty()) {
    std::string_view value = TakeUntil(parameters, ';');
    const std::string_view name = TakeUntil(value, '=');
    if (EqualIgnoringCase(name, "q")) is_allowed = is_allowed && IsMoreThanNothing(Trimmed(value));
  }
  return is_allowed;
}

}  // namespace

bool AcceptsGzip(const Headers& headers) {
  std::optional<bool> gzip, any;
  for (std::string_view line : headers.All("Accept-Encoding")) {
    while (!line.empty()) {
      std::string_view parameters = TakeUntil(line, ',');
      const std::string_view coding = TakeUntil(parameters, ';');
      const bool is_allowed = IsAllowed(parameters);
      // Named twice, the refusal counts.
      if (EqualIgnoringCase(coding, "gzip") || EqualIgnoringCase(coding, "x-gzip")) {
        gzip = is_allowed && gzip.value_or(true);
      } else if (coding == "*") {
        any = is_allowed && any.value_or(true);
      }
    }
  }
  return gzip.value_or(any.value_or(false));
}

}  // namespace tapmask::api
