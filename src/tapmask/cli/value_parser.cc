// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/value_parser.h"

#include <charconv>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

[[noreturn]] void Refuse(std::string_view option, const std::string& takes, std::string_view text) {
  throw Error(Code::kInvalidArgument, fmt::format("{} takes {}, not '{}'.", option, takes, text));
}

template <class Number>
std::optional<Number> WholeText(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<double> NumberFrom(std::string_view text) {
  const std::optional<double> number = WholeText<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<int64_t> IntegerFrom(std::string_view text) {
  return WholeText<int64_t>(text);
}

double ParseNumber(std::string_view option, std::string_view text, double min, double max) {
  const std::optional<double> number = NumberFrom(text);
  if (!number || *number < min || *number > max) {
    Refuse(option, fmt::format("a number from {} to {}", min, max), text);
  }
  return *number;
}

int64_t ParseInteger(std::string_view option, std::string_view text, int64_t min, int64_t max) {
  const std::optional<int64_t> number = IntegerFrom(text);
  if (!number || *number < min || *number > max) {
    Refuse(option, fmt::format("a whole number from {} to {}", min, max), text);
  }
  return *number;
}

Rational ParseRate(std::string_view option, std::string_view text) {
  const auto refuse = [&] {
    Refuse(option, "frames a second from 0.001 to 1000, such as 25, 29.97 or 30000/1001", text);
  };
  Rational rate;
  if (const size_t slash = text.find('/'); slash != std::string_view::npos) {
    const std::optional<int64_t> num = IntegerFrom(text.substr(0, slash));
    const std::optional<int64_t> den = IntegerFrom(text.substr(slash + 1));
    constexpr int64_t kMost = 1'000'000'000;
    if (!num || !den || *num < 1 || *den < 1 || *num > kMost || *den > kMost) refuse();
    rate = {*num, *den};
  } else {
    const std::optional<double> number = NumberFrom(text);
    if (!number || !(*number > 0 && *number <= 1000)) refuse();
    rate = {std::llround(*number * 1000), 1000};
  }
  if (rate.num < 1 || rate.AsDouble() < 0.001 || rate.AsDouble() > 1000) refuse();
  const int64_t divisor = std::gcd(rate.num, rate.den);
  return {rate.num / divisor, rate.den / divisor};
}

Size ParseSize(std::string_view option, std::string_view text, int min, int max) {
  const size_t cross = text.find('x');
  const std::optional<int64_t> width = IntegerFrom(text.substr(0, cross));
  const std::optional<int64_t> height =
      cross == std::string_view::npos ? std::nullopt : IntegerFrom(text.substr(cross + 1));
  if (!width || !height || *width < min || *height < min || *width > max || *height > max) {
    Refuse(option, fmt::format("WIDTHxHEIGHT with sides from {} to {}, such as 960x540", min, max),
           text);
  }
  return {static_cast<int>(*width), static_cast<int>(*height)};
}

size_t ParseName(std::string_view option, std::string_view text,
                 std::span<const std::string_view> names) {
  std::string list;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return i;
    if (i > 0) list += i + 1 == names.size() ? " or " : ", ";
    list += names[i];
  }
  Refuse(option, list, text);
}

}  // namespace tapmask
