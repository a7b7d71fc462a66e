// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/password.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "tapmask/api/sodium.h"

namespace tapmask::api {
namespace {

using HashText = std::array<char, crypto_pwhash_STRBYTES>;

[[noreturn]] void ThrowNoMemory() {
  throw Error(Code::kUnavailable, "The server is busy. Try again in a moment.",
              "no memory for a password's hash");
}

// The same work as a hash, with nothing to compare it to.
void WorkInVain(std::string_view password, const PasswordHasher::Options& options) {
  std::array<unsigned char, crypto_pwhash_SALTBYTES> salt;
  randombytes_buf(salt.data(), salt.size());
  std::array<unsigned char, 32> out;
  if (crypto_pwhash(out.data(), out.size(), password.data(), password.size(), salt.data(),
                    options.passes, options.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    ThrowNoMemory();
  }
}

}  // namespace

std::string PasswordHasher::Hash(std::string_view password) const {
  UseSodium();
  HashText text{};
  if (crypto_pwhash_str(text.data(), password.data(), password.size(), options_.passes,
                        options_.memory_bytes) != 0) {
    ThrowNoMemory();
  }
  return text.data();
}

PasswordCheck PasswordHasher::Verify(const std::string& hash, std::string_view password) const {
  UseSodium();
  HashText text{};
  const bool is_hash = hash.size() < text.size() &&
                       hash.starts_with(crypto_pwhash_argon2id_STRPREFIX) &&
                       hash.find('\0') == std::string::npos;
  if (is_hash) std::copy(hash.begin(), hash.end(), text.begin());
  const int is_old =
      is_hash ? crypto_pwhash_str_needs_rehash(text.data(), options_.passes, options_.memory_bytes)
              : -1;
  if (is_old < 0) {
    WorkInVain(password, options_);
    return {};
  }
  errno = 0;
  if (crypto_pwhash_str_verify(text.data(), password.data(), password.size()) != 0) {
    if (errno == ENOMEM) ThrowNoMemory();
    return {};
  }
  return {.is_right = true, .is_outdated = is_old == 1};
}

WorkTurns& PasswordTurns() {
  static WorkTurns turns({.at_once = 2, .most_waiting = 64});
  return turns;
}

}  // namespace tapmask::api
