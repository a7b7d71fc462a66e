// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/throttle.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>

#include "tapmask/api/sodium.h"

namespace tapmask::api {

Throttle::Throttle(Options options) : options_(options) {
  static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == 8);
  UseSodium();
  randombytes_buf(secret_.data(), secret_.size());
}

uint64_t Throttle::HashOf(std::string_view key) const {
  std::array<unsigned char, 8> bytes;
  crypto_shorthash(bytes.data(), reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                   secret_.data());
  uint64_t hash = 0;
  std::memcpy(&hash, bytes.data(), bytes.size());
  return hash;
}

std::optional<std::chrono::seconds> Throttle::Try(std::string_view key, Time now) {
  const auto all = options_.per_try * options_.burst;
  const uint64_t hash = HashOf(key);
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(hash);
  // Never more than all tries are outstanding, also when the clock was set back.
  const Time from =
      found == by_key_.end() ? now : std::clamp(found->second->free_at, now, now + all);
  const Time free_at = from + options_.per_try;
  if (free_at > now + all) {
    const auto wait = std::chrono::ceil<std::chrono::seconds>(free_at - (now + all));
    return std::max(wait, std::chrono::seconds(1));
  }
  if (found != by_key_.end()) {
    found->second->free_at = free_at;
    entries_.splice(entries_.begin(), entries_, found->second);
    return std::nullopt;
  }
  while (!entries_.empty() && entries_.size() >= options_.most_keys) {
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
  entries_.push_front({hash, free_at});
  by_key_[hash] = entries_.begin();
  return std::nullopt;
}

void Throttle::GiveBack(std::string_view key) {
  const uint64_t hash = HashOf(key);
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(hash);
  if (found != by_key_.end()) found->second->free_at -= options_.per_try;
}

size_t Throttle::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::string AddressKey(std::string_view address) {
  const std::string text(address);
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) {
    return {reinterpret_cast<const char*>(&four), sizeof(four)};
  }
  in6_addr six{};
  // A zone, as in "fe80::1%eth0", is no part of the address.
  if (inet_pton(AF_INET6, text.substr(0, text.find('%')).c_str(), &six) != 1) return text;
  const char* const bytes = reinterpret_cast<const char*>(six.s6_addr);
  if (IN6_IS_ADDR_V4MAPPED(&six)) return {bytes + 12, 4};
  return {bytes, 8};
}

}  // namespace tapmask::api
