// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toml {
inline namespace v3 {
class node;
}
}  // namespace toml

namespace tapmask {

// A setting's value as it was found, in a file or as text, and what it can be read as. Reading
// throws kInvalidArgument with a sentence that says where it stands and what it must be.
class SettingValue {
 public:
  // `where` stands in sentences: "smtp.port in tapmask.toml, line 3", "TAPMASK_SMTP_PORT".
  static SettingValue FromText(std::string where, std::string text);
  // A string, a number, a boolean or a list of strings; throws for anything else.
  static SettingValue FromToml(std::string where, const toml::node& node);

  bool Is(std::string_view word) const { return kind_ == Kind::kText && text_ == word; }
  std::string Text() const;
  int64_t Whole(int64_t least, int64_t most) const;
  double Number(double least, double most) const;
  bool Bool() const;
  std::vector<std::string> List() const;       // Of text: parts between commas.
  std::vector<std::string> Addresses() const;  // A list of IP addresses.
  size_t OneOf(const std::vector<std::string_view>& words) const;
  // "127.0.0.1:7878", "[::1]:7878", ":7878" for all addresses.
  std::pair<std::string, uint16_t> AddressAndPort() const;

 private:
  enum class Kind { kText, kNumber, kBool, kList };
  [[noreturn]] void Refuse(const std::string& what) const;

  std::string where_;
  Kind kind_ = Kind::kText;
  bool is_free_text_ = false;  // Of the environment: may stand for a number as well.
  std::string text_;           // Also of numbers and booleans.
  std::vector<std::string> list_;
};

// As a TOML string in one line.
std::string QuotedToml(std::string_view text);

}  // namespace tapmask
