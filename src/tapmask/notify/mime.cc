// SPDX-License-Identifier: Apache-2.0
#include "tapmask/notify/mime.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

namespace tapmask {
namespace {

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
}

std::string Base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < count ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    }
    for (size_t k = 0; k < 4; ++k) {
      text += k <= count ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

// Encoded words of at most 75 characters, each of whole characters, one a line.
std::string EncodedWords(std::string_view utf8) {
  constexpr size_t kMostBytes = 45;  // 60 characters in base64.
  std::string words;
  while (!utf8.empty()) {
    size_t size = std::min(kMostBytes, utf8.size());
    // Not between the bytes of one character, of which there are at most four.
    for (int i = 0; i < 3 && size < utf8.size() && (utf8[size] & 0xc0) == 0x80; ++i) --size;
    if (!words.empty()) words += "\r\n ";
    words += "=?UTF-8?B?" + Base64(utf8.substr(0, size)) + "?=";
    utf8.remove_prefix(size);
  }
  return words;
}

}  // namespace

std::string QuotedPrintable(std::string_view text) {
  constexpr size_t kMostInLine = 75;  // And the '=' that says that it goes on.
  std::string out;
  size_t in_line = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      out += "\r\n";
      in_line = 0;
      continue;
    }
    const bool is_at_end = i + 1 == text.size() || text[i + 1] == '\n';
    const bool is_plain = (c > ' ' && c < '\x7f' && c != '=') || (c == ' ' && !is_at_end);
    const std::string encoded =
        is_plain ? std::string(1, c)
                 : fmt::format("={:02X}", static_cast<unsigned>(static_cast<uint8_t>(c)));
    if (in_line + encoded.size() > kMostInLine) {
      out += "=\r\n";
      in_line = 0;
    }
    out += encoded;
    in_line += encoded.size();
  }
  if (in_line > 0) out += "\r\n";
  return out;
}

std::string EncodedHeaderText(std::string_view utf8) {
  // What looks like an encoded word would be decoded.
  const bool is_plain =
      IsPrintableAscii(utf8) && utf8.size() <= 60 && utf8.find("=?") == std::string_view::npos;
  return is_plain ? std::string(utf8) : EncodedWords(utf8);
}

std::string EncodedDisplayName(std::string_view utf8) {
  if (!IsPrintableAscii(utf8) || utf8.size() > 60) return EncodedWords(utf8);
  std::string quoted = "\"";
  for (const char c : utf8) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string MailDate(Time time) {
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

std::string HtmlEscaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace tapmask
