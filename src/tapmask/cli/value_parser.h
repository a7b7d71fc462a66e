// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tapmask/core/geometry.h"

namespace tapmask {

// Values of options as people type them. Locales do not matter; NaN, infinity, spaces and anything
// after the value are refused.

// The whole text as a number; nothing when it is none.
std::optional<double> NumberFrom(std::string_view text);
std::optional<int64_t> IntegerFrom(std::string_view text);

// The others throw kInvalidArgument with a sentence that names `option` and what it takes.
double ParseNumber(std::string_view option, std::string_view text, double min, double max);
int64_t ParseInteger(std::string_view option, std::string_view text, int64_t min, int64_t max);

// "25", "29.97" or "30000/1001", from 1/1000 to 1000. A decimal is taken to the thousandth.
Rational ParseRate(std::string_view option, std::string_view text);

// "960x540"; the sides from `min` to `max`.
Size ParseSize(std::string_view option, std::string_view text, int min, int max);

// One of a few words.
template <class Value>
struct NamedValue {
  std::string_view name;
  Value value;
};

// The index of `text` in `names`.
size_t ParseName(std::string_view option, std::string_view text,
                 std::span<const std::string_view> names);

template <class Value, size_t kCount>
Value ParseNamed(std::string_view option, std::string_view text,
                 const NamedValue<Value> (&values)[kCount]) {
  std::string_view names[kCount];
  for (size_t i = 0; i < kCount; ++i) names[i] = values[i].name;
  return values[ParseName(option, text, names)].value;
}

}  // namespace tapmask
