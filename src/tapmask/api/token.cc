// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/token.h"

#include <algorithm>
#include <array>

#include "tapmask/api/sodium.h"

namespace tapmask::api {
namespace {

constexpr size_t kRandomBytes = 32;
constexpr size_t kTokenCharacters = 43;
constexpr std::string_view kKeyMark = "tm_";
constexpr size_t kShownCharacters = 8;

}  // namespace

std::string NewToken() {
  UseSodium();
  std::array<unsigned char, kRandomBytes> random;
  randombytes_buf(random.data(), random.size());
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::array<char, sodium_base64_ENCODED_LEN(kRandomBytes, kVariant)> text;
  sodium_bin2base64(text.data(), text.size(), random.data(), random.size(), kVariant);
  sodium_memzero(random.data(), random.size());
  return {text.data(), kTokenCharacters};
}

std::string NewApiKey() {
  return std::string(kKeyMark) + NewToken();
}

std::string ApiKeyPrefix(std::string_view key) {
  return std::string(key.substr(0, kKeyMark.size() + kShownCharacters));
}

bool IsToken(std::string_view text) {
  return text.size() == kTokenCharacters && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

bool IsApiKey(std::string_view text) {
  return text.starts_with(kKeyMark) && IsToken(text.substr(kKeyMark.size()));
}

TokenHash HashOfToken(std::string_view token) {
  static_assert(std::tuple_size_v<TokenHash> == crypto_hash_sha256_BYTES);
  UseSodium();
  TokenHash hash;
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(token.data()),
                     token.size());
  return hash;
}

}  // namespace tapmask::api
