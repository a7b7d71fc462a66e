// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tapmask/core/clock.h"

namespace tapmask {

// No signature is good for longer.
constexpr std::chrono::hours kLongestSignature{24};

struct SigningKey {
  std::string id;  // 8 hex digits; stands in the URL.
  Time made_at;
  std::array<uint8_t, 32> secret{};
};

// The keys that links are signed with: the current one, and earlier ones whose signatures may still
// be good. Kept in a file of mode 0600:
//
//   tapmask-signing-keys 1
//   {id} {made_at} {secret in hex}      a line for each, the current one first
//
// A plain value; the functions throw kInvalidArgument for a file that is not of this form or that
// others may read.
class SigningKeys {
 public:
  // Makes the file with one key when it is missing.
  static SigningKeys LoadOrMake(const std::filesystem::path& file, Time now);
  // Reads the file again, makes a new current key and drops those that have been out of use for
  // longer than a signature lasts, unless the current key is younger than `max_age`. Any number of
  // processes may call it.
  static SigningKeys Rotate(const std::filesystem::path& file, std::chrono::milliseconds max_age,
                            Time now);

  const SigningKey& current() const { return keys_.front(); }
  const SigningKey* Find(std::string_view id) const;  // Null: unknown.
  size_t size() const { return keys_.size(); }

 private:
  std::vector<SigningKey> keys_;  // At least one.
};

}  // namespace tapmask
