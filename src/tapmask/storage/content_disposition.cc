// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/content_disposition.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

namespace tapmask {
namespace {

constexpr size_t kMostBytes = 150;
constexpr size_t kMostSuffixBytes = 10;

// The character that `text` begins with, as UTF-8 has it in its shortest form; of length 0 for what
// is none.
struct Character {
  char32_t code = 0;
  size_t length = 0;
};
Character FirstCharacter(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return {};
  char32_t code = first & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3fu);
  }
  const char32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, length};
}

bool IsHarmful(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == '/' || c == '\\' || c == 0x2028 ||
         c == 0x2029 || c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

// Whole characters of the front of `text`, at most so many bytes.
std::string_view Front(std::string_view text, size_t most_bytes) {
  size_t end = 0;
  while (end < text.size()) {
    const size_t length = FirstCharacter(text.substr(end)).length;
    if (end + length > most_bytes) break;
    end += length;
  }
  return text.substr(0, end);
}

// Valid UTF-8, safe to show and to save as.
std::string Cleaned(std::string_view filename) {
  std::string name;
  while (!filename.empty()) {
    const Character c = FirstCharacter(filename);
    if (c.length == 0) {
      name += '_';
      filename.remove_prefix(1);
      continue;
    }
    if (IsHarmful(c.code)) {
      name += '_';
    } else {
      name += filename.substr(0, c.length);
    }
    filename.remove_prefix(c.length);
  }
  const size_t from = name.find_first_not_of(". ");
  if (from == std::string::npos) return "video";
  name = name.substr(from, name.find_last_not_of(". ") - from + 1);
  if (name.size() <= kMostBytes) return name;
  const size_t dot = name.rfind('.');
  std::string suffix;
  if (dot != std::string::npos && name.size() - dot <= kMostSuffixBytes + 1) {
    suffix = name.substr(dot);
  }
  return std::string(Front(name, kMostBytes - suffix.size())) + suffix;
}

}  // namespace

std::string ContentDisposition(Disposition disposition, std::string_view filename) {
  const std::string name = Cleaned(filename);
  std::string plain, encoded;
  for (std::string_view rest = name; !rest.empty();) {
    const Character c = FirstCharacter(rest);
    // Browsers differ in how they read these within quotes.
    const bool is_plain = c.code < 0x7f && c.code != '"' && c.code != '%' && c.code != ';';
    plain += is_plain ? static_cast<char>(c.code) : '_';
    for (const char byte : rest.substr(0, c.length)) {
      const bool is_attr_char =
          (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
          (byte >= '0' && byte <= '9') ||
          std::string_view("!#$&+-.^_`|~").find(byte) != std::string_view::npos;
      encoded += is_attr_char
                     ? std::string(1, byte)
                     : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<uint8_t>(byte)));
    }
    rest.remove_prefix(c.length);
  }
  std::string value = disposition == Disposition::kInline ? "inline" : "attachment";
  value += "; filename=\"" + plain + "\"";
  if (plain != name) value += "; filename*=UTF-8''" + encoded;
  return value;
}

}  // namespace tapmask
