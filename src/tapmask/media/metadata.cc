// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/metadata.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>

namespace tapmask {
namespace {

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

template <size_t N>
bool HasAny(const std::string& key, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return key.find(word) != std::string::npos; });
}

std::string Meaning(const std::string& key) {
  constexpr std::array<std::string_view, 5> kPlace{"location", "gps", "xyz", "geo", "loci"};
  constexpr std::array<std::string_view, 8> kDevice{"make",   "model",    "serial",   "device",
                                                    "camera", "software", "firmware", "encoder"};
  constexpr std::array<std::string_view, 3> kDate{"date", "time", "year"};
  if (HasAny(key, kPlace)) return "Location";
  if (HasAny(key, kDevice)) return "Device or software";
  if (HasAny(key, kDate)) return "Date";
  return "Tag";
}

void List(const AVDictionary* tags, std::set<std::string>& lines) {
  const AVDictionaryEntry* entry = nullptr;
  while ((entry = av_dict_get(tags, "", entry, AV_DICT_IGNORE_SUFFIX))) {
    const std::string key = Lower(entry->key);
    if (IsStructuralTag(key)) continue;
    lines.insert(Meaning(key) + " (" + entry->key + ").");
  }
}

}  // namespace

bool IsStructuralTag(const std::string& key) {
  static const std::set<std::string> kStructural{
      "major_brand",     "minor_version", "compatible_brands",
      "handler_name",    "vendor_id",     "language",
      "duration",        "bps",           "number_of_frames",
      "number_of_bytes", "rotate",        "alpha_mode"};
  const std::string lower = Lower(key);
  return kStructural.contains(lower) || lower.starts_with("duration-") ||
         lower.starts_with("bps-") || lower.starts_with("number_of_") ||
         lower.starts_with("_statistics_");
}

void ListScrubbedTags(const AVFormatContext& from, Notices& notices) {
  std::set<std::string> lines;
  List(from.metadata, lines);
  for (unsigned i = 0; i < from.nb_streams; ++i) List(from.streams[i]->metadata, lines);
  for (const std::string& line : lines) Notices::Add(notices.scrubbed, line);
}

void CopyTags(const AVDictionary* from, AVDictionary** to) {
  const AVDictionaryEntry* entry = nullptr;
  while ((entry = av_dict_get(from, "", entry, AV_DICT_IGNORE_SUFFIX))) {
    if (!IsStructuralTag(entry->key)) av_dict_set(to, entry->key, entry->value, 0);
  }
}

}  // namespace tapmask
