// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/setting_values.h"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <toml++/toml.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tapmask/cli/value_parser.h"
#include "tapmask/core/error.h"

namespace tapmask {

SettingValue SettingValue::FromText(std::string where, std::string text) {
  SettingValue value;
  value.where_ = std::move(where);
  value.is_free_text_ = true;
  value.text_ = std::move(text);
  return value;
}

SettingValue SettingValue::FromToml(std::string where, const toml::node& node) {
  SettingValue value;
  value.where_ = std::move(where);
  if (const auto* text = node.as_string()) {
    value.text_ = text->get();
  } else if (const auto* whole = node.as_integer()) {
    value.kind_ = Kind::kNumber;
    value.text_ = std::to_string(whole->get());
  } else if (const auto* number = node.as_floating_point()) {
    value.kind_ = Kind::kNumber;
    value.text_ = fmt::format("{}", number->get());
  } else if (const auto* is_on = node.as_boolean()) {
    value.kind_ = Kind::kBool;
    value.text_ = is_on->get() ? "true" : "false";
  } else if (const auto* list = node.as_array()) {
    value.kind_ = Kind::kList;
    for (const toml::node& item : *list) {
      const auto* text_item = item.as_string();
      if (!text_item) value.Refuse("must be a list of texts");
      value.list_.push_back(text_item->get());
    }
  } else {
    value.Refuse("must be a text, a number, true or false, or a list of texts");
  }
  return value;
}

void SettingValue::Refuse(const std::string& what) const {
  throw Error(Code::kInvalidArgument, fmt::format("{} {}.", where_, what));
}

std::string SettingValue::Text() const {
  if (kind_ != Kind::kText) Refuse("must be a text in quotes");
  const bool has_control = std::any_of(text_.begin(), text_.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (has_control) Refuse("must not hold control characters");
  return text_;
}

int64_t SettingValue::Whole(int64_t least, int64_t most) const {
  const std::optional<int64_t> number =
      kind_ == Kind::kNumber || is_free_text_ ? IntegerFrom(text_) : std::nullopt;
  if (!number || *number < least || *number > most) {
    Refuse(fmt::format("must be a whole number from {} to {}", least, most));
  }
  return *number;
}

double SettingValue::Number(double least, double most) const {
  const std::optional<double> number =
      kind_ == Kind::kNumber || is_free_text_ ? NumberFrom(text_) : std::nullopt;
  if (!number || !(*number >= least && *number <= most)) {  // NaN is none of them.
    Refuse(fmt::format("must be a number from {:.3g} to {:.3g}", least, most));
  }
  return *number;
}

bool SettingValue::Bool() const {
  if (kind_ == Kind::kBool || is_free_text_) {
    if (text_ == "true" || (is_free_text_ && text_ == "1")) return true;
    if (text_ == "false" || (is_free_text_ && text_ == "0")) return false;
  }
  Refuse("must be true or false");
}

std::vector<std::string> SettingValue::List() const {
  if (kind_ == Kind::kList) return list_;
  if (!is_free_text_) Refuse("must be a list of texts");
  std::vector<std::string> parts;
  for (size_t at = 0; at <= text_.size();) {
    const size_t comma = std::min(text_.find(',', at), text_.size());
    std::string part = text_.substr(at, comma - at);
    part.erase(0, part.find_first_not_of(' '));
    part.erase(part.find_last_not_of(' ') + 1);
    if (!part.empty()) parts.push_back(std::move(part));
    at = comma + 1;
  }
  return parts;
}

std::vector<std::string> SettingValue::Addresses() const {
  std::vector<std::string> addresses = List();
  for (const std::string& address : addresses) {
    in6_addr bytes{};
    const bool is_address = address.find('\0') == std::string::npos &&
                            (inet_pton(AF_INET, address.c_str(), &bytes) == 1 ||
                             inet_pton(AF_INET6, address.c_str(), &bytes) == 1);
    if (!is_address) {
      Refuse(fmt::format("must list single IP addresses, such as 10.0.0.1 or ::1; {} is none",
                         QuotedToml(address)));
    }
  }
  return addresses;
}

size_t SettingValue::OneOf(const std::vector<std::string_view>& words) const {
  const auto place = std::find(words.begin(), words.end(), text_);
  if (kind_ != Kind::kText || place == words.end()) {
    Refuse(fmt::format("must be one of {}", fmt::join(words, ", ")));
  }
  return static_cast<size_t>(place - words.begin());
}

std::pair<std::string, uint16_t> SettingValue::AddressAndPort() const {
  const std::string text = Text();
  const size_t colon = text.rfind(':');
  std::string address = text.substr(0, colon == std::string::npos ? 0 : colon);
  const int64_t port =
      colon == std::string::npos ? -1 : IntegerFrom(text.substr(colon + 1)).value_or(-1);
  const bool is_v6 = address.size() > 2 && address.front() == '[' && address.back() == ']';
  if (is_v6) address = address.substr(1, address.size() - 2);
  if (port < 0 || port > 65'535 || (!is_v6 && address.find(':') != std::string::npos)) {
    Refuse("must be an address and a port, such as 127.0.0.1:7878 or [::1]:7878");
  }
  if (address == "localhost") address = "127.0.0.1";
  if (address.empty()) address = "::";
  return {address, static_cast<uint16_t>(port)};
}

std::string QuotedToml(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      quoted += fmt::format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

}  // namespace tapmask
