// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/mail_address.h"

#include <algorithm>
#include <cstddef>

namespace tapmask {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c);
}

bool IsLocalPart(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.front() == '.' || text.back() == '.') return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && text[i - 1] == '.') return false;
    if (!IsAlnum(c) && c != '.' &&
        std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool IsDomain(std::string_view text) {
  if (text == "localhost") return true;
  size_t labels = 0;
  std::string_view label;
  for (std::string_view rest = text;;) {
    const size_t dot = rest.find('.');
    label = rest.substr(0, dot);
    ++labels;
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-' ||
        !std::all_of(label.begin(), label.end(), [](char c) { return IsAlnum(c) || c == '-'; })) {
      return false;
    }
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  // Numbers at the end are an address of a host.
  return labels >= 2 && !std::all_of(label.begin(), label.end(), IsDigit);
}

}  // namespace

bool IsMailAddress(std::string_view text) {
  const size_t at = text.rfind('@');
  return text.size() <= 254 && at != std::string_view::npos && IsLocalPart(text.substr(0, at)) &&
         IsDomain(text.substr(at + 1));
}

std::string_view MailDomain(std::string_view address) {
  return address.substr(address.rfind('@') + 1);
}

}  // namespace tapmask
