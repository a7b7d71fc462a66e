// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/http_range.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace tapmask {
namespace {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const size_t from = text.find_first_not_of(kBlanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlanks) - from + 1);
}

// Digits only; what is too large for an int64_t is its largest.
std::optional<int64_t> Number(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  int64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    const int64_t digit = c - '0';
    value = value > (INT64_MAX - digit) / 10 ? INT64_MAX : value * 10 + digit;
  }
  return value;
}

bool IsBytesUnit(std::string_view unit) {
  constexpr std::string_view kBytes = "bytes";
  return std::equal(unit.begin(), unit.end(), kBytes.begin(), kBytes.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

}  // namespace

HttpRange ParseRange(std::string_view header, int64_t size_bytes) {
  constexpr HttpRange kWhole{};
  constexpr HttpRange kUnsatisfiable{HttpRange::Kind::kUnsatisfiable, 0, -1};
  header = Trimmed(header);
  const size_t equals = header.find('=');
  if (equals == std::string_view::npos || !IsBytesUnit(header.substr(0, equals))) return kWhole;

  // A list may have empty members.
  std::string_view rest = header.substr(equals + 1), spec;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view member = Trimmed(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (member.empty()) continue;
    if (!spec.empty()) return kWhole;  // Several.
    spec = member;
  }

  const size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return kWhole;
  if (dash == 0) {
    const std::optional<int64_t> suffix = Number(spec.substr(1));
    if (!suffix) return kWhole;
    if (*suffix == 0) return kUnsatisfiable;
    if (size_bytes == 0) return kWhole;
    return {HttpRange::Kind::kPart, std::max<int64_t>(0, size_bytes - *suffix), size_bytes - 1};
  }
  const std::optional<int64_t> first = Number(spec.substr(0, dash));
  const bool is_open = dash + 1 == spec.size();
  const std::optional<int64_t> last = is_open ? INT64_MAX : Number(spec.substr(dash + 1));
  if (!first || !last || *last < *first) return kWhole;
  if (*first >= size_bytes) return kUnsatisfiable;
  return {HttpRange::Kind::kPart, *first, std::min(*last, size_bytes - 1)};
}

std::string ContentRange(const HttpRange& range, int64_t size_bytes) {
  const std::string size = std::to_string(size_bytes);
  if (range.kind == HttpRange::Kind::kUnsatisfiable) return "bytes */" + size;
  return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" + size;
}

}  // namespace tapmask
