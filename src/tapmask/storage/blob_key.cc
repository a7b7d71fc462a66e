// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/blob_key.h"

#include <cstddef>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

constexpr size_t kMostParts = 8;
constexpr size_t kMostInPart = 100;

bool IsPart(std::string_view part) {
  if (part.empty() || part.size() > kMostInPart || part[0] == '.') return false;
  for (const char c : part) {
    const bool is_allowed = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                            (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (!is_allowed) return false;
  }
  return true;
}

}  // namespace

std::optional<BlobKey> BlobKey::Parse(std::string_view text) {
  std::string_view rest = text;
  for (size_t parts = 1; parts <= kMostParts; ++parts) {
    const size_t slash = rest.find('/');
    if (!IsPart(rest.substr(0, slash))) return std::nullopt;
    if (slash == std::string_view::npos) return BlobKey(std::string(text));
    rest.remove_prefix(slash + 1);
  }
  return std::nullopt;
}

BlobKey BlobKey::Make(std::string_view text) {
  std::optional<BlobKey> key = Parse(text);
  if (!key) throw Error(Code::kInvalidArgument, "This is no name for a stored file.");
  return *std::move(key);
}

}  // namespace tapmask
