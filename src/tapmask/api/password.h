// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tapmask/api/work_turns.h"

namespace tapmask::api {

struct PasswordCheck {
  bool is_right = false;
  bool is_outdated = false;  // Right, but its hash was made with other costs: make a new one.
};

// Passwords as Argon2id hashes in their own text form, which names its costs.
//
// Each call takes `memory_bytes` and a tenth of a second of one core: take a turn of PasswordTurns
// first, and call it in the pool. May be used from any thread.
class PasswordHasher {
 public:
  struct Options {
    size_t memory_bytes = size_t{64} << 20;  // At least 8 KB.
    uint64_t passes = 2;                     // At least 1.
  };
  explicit PasswordHasher(Options options) : options_(options) {}
  PasswordHasher() : PasswordHasher(Options{}) {}

  // Throws kUnavailable when there is no memory for it.
  std::string Hash(std::string_view password) const;

  // An empty hash, or one that is none, is never right and takes as long as one of our costs: for
  // accounts that do not exist. Throws kUnavailable when there is no memory for it.
  PasswordCheck Verify(const std::string& hash, std::string_view password) const;

 private:
  const Options options_;
};

// Of all password hashes of the process: two at once, so that a flood of them takes 128 MB and two
// cores at most, and a line of seconds.
WorkTurns& PasswordTurns();

}  // namespace tapmask::api
