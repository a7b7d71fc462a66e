// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/id.h"

#include <array>
#include <cstdint>
#include <random>

#include <fmt/format.h>

namespace tapmask {

std::string NewUuid() {
  std::random_device random;  // The system's: no state, no seed.
  std::array<uint32_t, 4> words{};
  for (uint32_t& word : words) word = random();
  words[1] = (words[1] & 0xffff0fffu) | 0x00004000u;  // Version 4,
  words[2] = (words[2] & 0x3fffffffu) | 0x80000000u;  // and the variant of the RFC.
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:04x}{:08x}", words[0], words[1] >> 16,
                     words[1] & 0xffffu, words[2] >> 16, words[2] & 0xffffu, words[3]);
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (is_dash ? c != '-' : !is_digit) return false;
  }
  return text[14] == '4' &&
         (text[19] == '8' || text[19] == '9' || text[19] == 'a' || text[19] == 'b');
}

}  // namespace tapmask
