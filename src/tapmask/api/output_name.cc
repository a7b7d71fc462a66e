// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/output_name.h"

namespace tapmask::api {
namespace {

constexpr size_t kMostSuffixBytes = 10;

// Without a suffix of the usual length; a dot at the beginning is part of the name.
std::string_view StemOf(std::string_view name) {
  const size_t dot = name.rfind('.');
  const bool is_suffix =
      dot != std::string_view::npos && dot > 0 && name.size() - dot <= kMostSuffixBytes;
  return is_suffix ? name.substr(0, dot) : name;
}

}  // namespace

std::string SavedName(std::string_view original_filename, std::string_view file_name) {
  const std::string_view kind = StemOf(file_name);
  std::string name(StemOf(original_filename));
  if (name.empty()) name = "video";
  if (kind == "processed") {
    name += "-tapmask";
  } else if (kind != "original") {
    name += '-';
    name += kind;
  }
  name += file_name.substr(kind.size());
  return name;
}

}  // namespace tapmask::api
