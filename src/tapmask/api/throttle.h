// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tapmask/core/clock.h"

namespace tapmask::api {

// Counts tries, each under a key: an account or an address. A key may try `burst` times at once,
// and again once every `per_try`.
//
// Memory is bounded: of more than `most_keys` those that have not tried for longest are forgotten.
// So a flood of keys frees somebody early now and then; it never locks anybody out who did not try.
// Keys are kept as hashes only, under a secret of this object.
//
// May be used from any thread.
class Throttle {
 public:
  struct Options {
    int burst = 10;                             // At least 1.
    std::chrono::milliseconds per_try{60'000};  // At least 1.
    size_t most_keys = 50'000;                  // About 100 bytes each.
  };
  explicit Throttle(Options options);

  // Counts one try. Nothing: go on. Otherwise it does not count, and the next one may be made after
  // so long, at least a second.
  std::optional<std::chrono::seconds> Try(std::string_view key, Time now);
  // Takes one try back: it was a good one.
  void GiveBack(std::string_view key);

  size_t size() const;

 private:
  struct Entry {
    uint64_t key;
    Time free_at;  // When nothing will be left of the tries so far.
  };
  uint64_t HashOf(std::string_view key) const;

  const Options options_;
  std::array<unsigned char, 16> secret_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // Who tried last comes first.
  std::unordered_map<uint64_t, std::list<Entry>::iterator> by_key_;
};

// What tries from an address count under: an IPv4 address, also when it is written as IPv6, or the
// /64 of an IPv6 address, of which one household has as many as it likes. Anything else as it is.
std::string AddressKey(std::string_view address);

}  // namespace tapmask::api
