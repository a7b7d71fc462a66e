// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace tapmask {

// A word of a closed list: text that stands in the source, never text that came from a person, a
// file or the network. All that logs and metrics take as text is of this type, so that a name, an
// address or a path cannot get there by mistake.
//
//   Term("upload_done")                 a literal; checked by the compiler
//   Term(job.kind, JobKindName)         the name of an enum's value
class Term {
 public:
  // Letters, digits and " _-./:{}": neither JSON nor the metrics' text need to escape it.
  template <size_t N>
  consteval Term(const char (&literal)[N]) : text_(literal, N - 1) {  // NOLINT: meant to convert.
    if (!IsPlain(text_)) throw "a term holds letters, digits and \" _-./:{}\" only";
  }

  // `name` returns literals, as our ...Name functions do. "invalid" for what is no plain word.
  template <class Enum>
  requires std::is_enum_v<Enum> Term(Enum value, std::string_view (*name)(Enum))
      : text_(name(value)) {
    if (!IsPlain(text_)) text_ = "invalid";
  }

  // For words that are fixed before any request comes, but not by the compiler: a route's pattern.
  // `text` must outlive the term. "invalid" for what is no plain word.
  static Term OfFixedText(std::string_view text);

  constexpr std::string_view text() const { return text_; }

 private:
  static constexpr bool IsPlain(std::string_view text) {
    if (text.empty() || text.size() > 100) return false;
    for (const char c : text) {
      const bool is_alnum =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!is_alnum && std::string_view(" _-./:{}").find(c) == std::string_view::npos) return false;
    }
    return true;
  }

  std::string_view text_;
};

inline Term Term::OfFixedText(std::string_view text) {
  Term term("invalid");
  if (IsPlain(text)) term.text_ = text;
  return term;
}

}  // namespace tapmask
