// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/media_signature.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace tapmask::api {
namespace {

using Verdict = MediaSignature::Verdict;

constexpr MediaSignature kRefused{Verdict::kRefused, {}}, kNeedsMore{Verdict::kNeedsMore, {}};
MediaSignature Video(std::string_view extension) {
  return {Verdict::kVideo, extension};
}

uint32_t BigEndian32(std::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

bool HasCommonStart(std::string_view a, std::string_view b) {
  const size_t size = std::min(a.size(), b.size());
  return a.substr(0, size) == b.substr(0, size);
}

// ISO base media (MP4) and QuickTime, its ancestor, which may have no ftyp.
MediaSignature OfBoxes(std::string_view head) {
  constexpr std::array<std::string_view, 7> kFirstBoxes{"ftyp", "moov", "mdat", "free",
                                                        "skip", "wide", "pnot"};
  // Pictures and sound in the same wrapping.
  constexpr std::array<std::string_view, 10> kNoVideos{"heic", "heix", "heim", "heis", "mif1",
                                                       "avif", "crx ", "M4A ", "M4B ", "M4P "};
  if (head.size() < 4) return kNeedsMore;
  const uint32_t size = BigEndian32(head);
  if (size > 1 && size < 8) return kRefused;
  const std::string_view type = head.substr(4, 4);
  const bool may_be = std::any_of(kFirstBoxes.begin(), kFirstBoxes.end(),
                                  [&](std::string_view box) { return box.starts_with(type); });
  if (!may_be) return kRefused;
  if (type.size() < 4) return kNeedsMore;
  if (type != "ftyp") return Video("mov");
  if (size < 16 || size > 4'096) return kRefused;
  if (head.size() < 12) return kNeedsMore;
  const std::string_view brand = head.substr(8, 4);
  if (std::find(kNoVideos.begin(), kNoVideos.end(), brand) != kNoVideos.end()) return kRefused;
  return Video(brand == "qt  " ? "mov" : "mp4");
}

// Takes a number of variable length (RFC 8794) from the front. Nothing: `rest` is too short;
// `is_bad`: there is no such number.
std::optional<uint64_t> TakeVint(std::string_view& rest, bool keeps_marker, size_t most_bytes,
                                 bool& is_bad) {
  if (rest.empty()) return std::nullopt;
  const uint8_t first = static_cast<uint8_t>(rest[0]);
  size_t size = 1;
  while (size <= 8 && (first & (0x80u >> (size - 1))) == 0) ++size;
  if (size > most_bytes) {
    is_bad = true;
    return std::nullopt;
  }
  if (rest.size() < size) return std::nullopt;
  uint64_t value = keeps_marker ? first : first & (0xffu >> size);
  for (size_t i = 1; i < size; ++i) value = value << 8 | static_cast<uint8_t>(rest[i]);
  rest.remove_prefix(size);
  return value;
}

// Matroska and WebM: what kind it is stands in the element DocType.
MediaSignature OfEbml(std::string_view head) {
  constexpr uint64_t kDocType = 0x4282;
  std::string_view rest = head.substr(4);
  bool is_bad = false;
  const std::optional<uint64_t> size = TakeVint(rest, false, 8, is_bad);
  if (!size) return is_bad ? kRefused : kNeedsMore;
  if (*size > kSignatureBytes - 12) return kRefused;
  const bool is_whole = rest.size() >= *size;
  rest = rest.substr(0, *size);
  while (!rest.empty()) {
    const std::optional<uint64_t> id = TakeVint(rest, true, 4, is_bad);
    const std::optional<uint64_t> bytes = id ? TakeVint(rest, false, 8, is_bad) : std::nullopt;
    if (is_bad) return kRefused;
    if (!bytes || *bytes > rest.size()) return is_whole ? kRefused : kNeedsMore;
    if (*id == kDocType) {
      std::string_view type = rest.substr(0, *bytes);
      type = type.substr(0, std::min(type.find('\0'), type.size()));
      if (type == "webm") return Video("webm");
      return type == "matroska" ? Video("mkv") : kRefused;
    }
    rest.remove_prefix(*bytes);
  }
  return is_whole ? kRefused : kNeedsMore;
}

MediaSignature OfStart(std::string_view head) {
  constexpr std::string_view kEbml = "\x1a\x45\xdf\xa3";
  if (head.empty()) return kNeedsMore;
  if (HasCommonStart(head, kEbml)) return head.size() < 4 ? kNeedsMore : OfEbml(head);
  if (HasCommonStart(head, "RIFF")) {
    if (head.size() >= 12) return head.substr(8, 4) == "AVI " ? Video("avi") : kRefused;
    return HasCommonStart(head.substr(std::min<size_t>(8, head.size())), "AVI ") ? kNeedsMore
                                                                                 : kRefused;
  }
  return OfBoxes(head);
}

}  // namespace

MediaSignature SignatureOf(std::string_view head, bool is_whole) {
  const MediaSignature signature = OfStart(head.substr(0, kSignatureBytes));
  const bool is_all = is_whole || head.size() >= kSignatureBytes;
  return signature.verdict == Verdict::kNeedsMore && is_all ? kRefused : signature;
}

}  // namespace tapmask::api
