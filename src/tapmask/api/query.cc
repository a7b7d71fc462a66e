// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/query.h"

#include <charconv>

#include <fmt/format.h>

#include "tapmask/core/error.h"

namespace tapmask::api {

std::optional<int64_t> ParseWhole(std::string_view text, int64_t least, int64_t most) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < least || number > most) return std::nullopt;
  return number;
}

void RefuseParameter(std::string_view name, std::string_view what) {
  throw Error(Code::kInvalidArgument, fmt::format("The parameter \"{}\" {}.", name, what));
}

std::optional<int64_t> QueryWhole(const Request& request, std::string_view name, int64_t least,
                                  int64_t most) {
  const auto text = request.Query(name);
  if (!text) return std::nullopt;
  const auto number = ParseWhole(*text, least, most);
  if (!number) {
    RefuseParameter(name, fmt::format("must be a whole number between {} and {}", least, most));
  }
  return number;
}

}  // namespace tapmask::api
