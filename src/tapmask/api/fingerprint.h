// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace tapmask::api {

// FNV-1a of 64 bits, the same on every machine: to tell texts of ours apart, not against anybody.
inline uint64_t Fingerprint(std::string_view text) {
  uint64_t hash = 14'695'981'039'346'656'037u;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 1'099'511'628'211u;
  return hash;
}

}  // namespace tapmask::api
