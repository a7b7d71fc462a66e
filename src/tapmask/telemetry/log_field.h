// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <variant>

#include "tapmask/core/clock.h"
#include "tapmask/core/error.h"
#include "tapmask/core/id.h"
#include "tapmask/telemetry/term.h"

namespace tapmask {

// The name of a member of a log line: a literal of small letters, digits and '_', with its unit
// ("size_bytes"). Not one of those that every line has.
class FieldName {
 public:
  template <size_t N>
  consteval FieldName(const char (&literal)[N])  // NOLINT: meant to convert.
      : text_(literal, N - 1) {
    if (text_.empty() || text_ == "time" || text_ == "level" || text_ == "event") {
      throw "every line has this member already";
    }
    for (const char c : text_) {
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) {
        throw "a member's name holds small letters, digits and '_' only";
      }
    }
  }
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// One member of a log line: an id, a number, a time, or a word of ours. There is no way to give a
// string, and that is the point. A LogField refers to the id that it was made of: use it at once.
class LogField {
 public:
  template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char> && sizeof(T) <= 8)
      LogField(FieldName name, T value)
      : name_(name.text()) {
    if constexpr (std::is_signed_v<T>) {
      value_ = static_cast<int64_t>(value);
    } else {
      value_ = static_cast<uint64_t>(value);
    }
  }
  template <std::same_as<bool> T>
  LogField(FieldName name, T value) : name_(name.text()), value_(value) {}
  template <std::floating_point T>
  LogField(FieldName name, T value) : name_(name.text()), value_(static_cast<double>(value)) {}
  // As seconds.
  template <class Rep, class Period>
  LogField(FieldName name, std::chrono::duration<Rep, Period> value)
      : name_(name.text()), value_(std::chrono::duration<double>(value).count()) {}
  LogField(FieldName name, Time value) : name_(name.text()), value_(value) {}
  template <class Tag>
  LogField(FieldName name, const Id<Tag>& id) : name_(name.text()), value_(Text{id.text()}) {}
  LogField(FieldName name, Code code) : LogField(name, Term(code, CodeName)) {}
  LogField(FieldName name, Term term) : name_(name.text()), value_(Text{term.text()}) {}
  template <class Enum>
  requires std::is_enum_v<Enum> LogField(FieldName name, Enum value,
                                         std::string_view (*name_of)(Enum))
      : LogField(name, Term(value, name_of)) {}

 private:
  friend class Log;
  struct Text {
    std::string_view text;  // Needs no escapes.
  };

  std::string_view name_;
  std::variant<int64_t, uint64_t, double, bool, Time, Text> value_;
};

}  // namespace tapmask
