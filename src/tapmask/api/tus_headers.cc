// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/tus_headers.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "tapmask/api/error_response.h"
#include "tapmask/api/request_head.h"

namespace tapmask::api {
namespace {

constexpr int64_t kMostBytes = 9'007'199'254'740'991;
constexpr size_t kMostMetadataBytes = 4'096, kMostFileNameCharacters = 255;

[[noreturn]] void RefuseTus(std::string text) {
  throw HttpError(400, "invalid_argument", std::move(text));
}

// The one that is there; a field that stands twice could be read in two ways.
std::optional<std::string_view> Single(const Headers& headers, std::string_view name) {
  const auto all = headers.All(name);
  if (all.empty()) return std::nullopt;
  if (all.size() > 1) RefuseTus(fmt::format("{} is given twice.", name));
  return all.front();
}

struct Entry {
  std::string_view name, value;  // The value in base64.
};

// Takes the next entry away; false: it is malformed.
bool TakeEntry(std::string_view& rest, Entry& entry) {
  const size_t comma = rest.find(',');
  const std::string_view text = Trimmed(rest.substr(0, comma));
  rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  const size_t blank = std::min(text.find(' '), text.size());
  entry.name = text.substr(0, blank);
  entry.value = Trimmed(text.substr(blank));
  return !entry.name.empty() && std::all_of(entry.name.begin(), entry.name.end(),
                                            [](char c) { return c > ' ' && c < 0x7f; });
}

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

void CheckTusVersion(const Request& request) {
  const auto version = request.headers.All("Tus-Resumable");
  if (version.size() == 1 && version.front() == kTusVersion) return;
  throw HttpError(412, "tus_version_unsupported",
                  "Tus-Resumable must be 1.0.0, the only version that is spoken here.",
                  {{"Tus-Version", std::string(kTusVersion)}});
}

std::optional<int64_t> ByteCount(const Headers& headers, std::string_view name) {
  const auto text = Single(headers, name);
  if (!text) return std::nullopt;
  int64_t count = -1;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), count);
  const bool is_count = error == std::errc() && end == text->data() + text->size() &&
                        text->front() != '-' && count <= kMostBytes;
  if (!is_count) RefuseTus(fmt::format("{} must be a count of bytes.", name));
  return count;
}

std::optional<int64_t> NewUploadLength(const Headers& headers) {
  const std::optional<int64_t> length = ByteCount(headers, "Upload-Length");
  const auto deferred = Single(headers, "Upload-Defer-Length");
  if (deferred && *deferred != "1") RefuseTus("Upload-Defer-Length must be 1.");
  if (length.has_value() == deferred.has_value()) {
    RefuseTus("There must be either Upload-Length or Upload-Defer-Length.");
  }
  return length;
}

std::string UploadMetadata(const Headers& headers) {
  const auto text = Single(headers, "Upload-Metadata");
  if (!text || text->empty()) return {};
  if (text->size() > kMostMetadataBytes) {
    RefuseTus(fmt::format("Upload-Metadata may have {} bytes.", kMostMetadataBytes));
  }
  std::set<std::string_view> names;
  std::string metadata;
  std::string_view rest = *text;
  while (!rest.empty()) {
    Entry entry;
    if (!TakeEntry(rest, entry) || !Base64Decoded(entry.value)) {
      RefuseTus("Upload-Metadata must be names, each with a value in base64, with commas between.");
    }
    if (!names.insert(entry.name).second) RefuseTus("Upload-Metadata has a name twice.");
    if (!metadata.empty()) metadata += ',';
    metadata += entry.name;
    if (!entry.value.empty()) (metadata += ' ') += entry.value;
  }
  if (text->back() == ',') RefuseTus("Upload-Metadata ends in a comma.");
  return metadata;
}

std::string FilenameOf(std::string_view metadata) {
  while (!metadata.empty()) {
    Entry entry;
    if (!TakeEntry(metadata, entry) || entry.name != "filename") continue;
    std::optional<std::string> name = Base64Decoded(entry.value);
    if (!name || !IsUtf8(*name)) return {};
    name->erase(0, name->find_last_of("/\\") + 1);  // npos + 1 is 0.
    std::erase_if(*name, IsControl);
    size_t end = 0;
    for (size_t characters = 0; end < name->size(); ++end) {
      const bool begins_one = (static_cast<unsigned char>((*name)[end]) & 0xc0) != 0x80;
      if (begins_one && ++characters > kMostFileNameCharacters) break;
    }
    return name->substr(0, end);
  }
  return {};
}

std::string MetadataOf(std::string_view filename) {
  if (filename.empty()) return {};
  std::string text(4 * ((filename.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(filename.data()),
                                   static_cast<int>(filename.size()));
  text.resize(static_cast<size_t>(size));
  return "filename " + text;
}

void CheckTusContentType(const Headers& headers) {
  const auto type = headers.All("Content-Type");
  if (type.size() == 1 && EqualIgnoringCase(type.front(), "application/offset+octet-stream")) {
    return;
  }
  throw HttpError(415, "unsupported_content_type",
                  "Content-Type must be application/offset+octet-stream.");
}

std::string HttpDate(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  // Not by strftime's names, which depend on the locale.
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss of_day(seconds - day);
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), of_day.hours().count(), of_day.minutes().count(),
      of_day.seconds().count());
}

std::optional<std::string> Base64Decoded(std::string_view text) {
  if (text.empty()) return std::string();
  if (text.size() % 4 != 0 || text.size() > 1'000'000) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && text[text.size() - 1 - padding] == '=') ++padding;
  const std::string_view letters = text.substr(0, text.size() - padding);
  const bool is_base64 = std::all_of(letters.begin(), letters.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  });
  if (!is_base64) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  bytes.resize(static_cast<size_t>(size) - padding);
  return bytes;
}

}  // namespace tapmask::api
