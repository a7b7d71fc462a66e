// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/signed_url.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tapmask/core/error.h"
#include "tapmask/storage/hex.h"

namespace tapmask {
namespace {

using Signature = std::array<uint8_t, 32>;

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string_view Canonical(std::string_view method) {
  return method == "HEAD" ? "GET" : method;
}

// Of parts without line ends, so that no two different requests make the same text.
Signature SignatureOf(const SigningKey& key, std::string_view method, std::string_view path,
                      std::string_view expires, std::string_view user) {
  std::string text = "tapmask-link-v1\n";
  for (const std::string_view part : {Canonical(method), path, expires, user}) {
    text.append(part).append("\n");
  }
  Signature signature{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.secret.data(), static_cast<int>(key.secret.size()),
           reinterpret_cast<const uint8_t*>(text.data()), text.size(), signature.data(),
           &size) == nullptr ||
      size != signature.size()) {
    throw Error(Code::kInternal, "A link cannot be signed.", "HMAC");
  }
  return signature;
}

// Takes "name=value" off the front of `query`.
std::optional<std::string_view> TakeMember(std::string_view& query, std::string_view name,
                                           bool is_last) {
  if (!query.starts_with(name) || query.substr(name.size(), 1) != "=") return std::nullopt;
  query.remove_prefix(name.size() + 1);
  const size_t end = query.find('&');
  if ((end == std::string_view::npos) != is_last) return std::nullopt;
  const std::string_view value = query.substr(0, end);
  query.remove_prefix(is_last ? value.size() : end + 1);
  return value;
}

}  // namespace

UrlSigner::UrlSigner(std::filesystem::path keys_file, Time now)
    : keys_file_(std::move(keys_file)), keys_(SigningKeys::LoadOrMake(keys_file_, now)) {
  Reload(now);  // The file is there now; its time is taken before it is read.
}

bool UrlSigner::Reload(Time now) {
  std::error_code error;
  const auto changed_at = std::filesystem::last_write_time(keys_file_, error);
  if (!error && changed_at == read_at_) return false;
  keys_ = SigningKeys::LoadOrMake(keys_file_, now);
  read_at_ = changed_at;  // Of before, so that a change in between is seen the next time.
  return true;
}

std::optional<std::string> UrlSigner::Sign(std::string_view method, std::string_view path,
                                           const UserId& user_id,
                                           std::optional<Time> file_expires_at, Time now) {
  if (method.empty() || !IsPrintable(method) || !path.starts_with('/') || !IsPrintable(path) ||
      path.find_first_of("?#") != std::string_view::npos || user_id.Empty()) {
    throw Error(Code::kInvalidArgument, "A link to this cannot be signed.");
  }
  Time end = now + kLongestSignature;
  if (file_expires_at) end = std::min(end, *file_expires_at);
  const auto end_second = std::chrono::floor<std::chrono::seconds>(end);
  if (end_second <= now) return std::nullopt;
  const std::string expires = std::to_string(end_second.time_since_epoch().count());

  const std::lock_guard lock(mutex_);
  Reload(now);  // A key that others have dropped would make links that are good nowhere.
  const SigningKey& key = keys_.current();
  const Signature signature = SignatureOf(key, method, path, expires, user_id.text());
  return "expires=" + expires + "&user=" + user_id.text() + "&key=" + key.id +
         "&signature=" + ToHex(signature);
}

CheckedLink UrlSigner::Check(std::string_view method, std::string_view path, std::string_view query,
                             Time now) {
  const auto expires = TakeMember(query, "expires", false);
  if (!expires) return {};
  const auto user = TakeMember(query, "user", false);
  if (!user) return {};
  const auto key_id = TakeMember(query, "key", false);
  if (!key_id) return {};
  const auto signature_text = TakeMember(query, "signature", true);
  if (!signature_text) return {};
  Signature given{};
  if (!FromHex(*signature_text, given)) return {};
  const std::optional<UserId> user_id = UserId::Parse(*user);
  int64_t end = 0;
  const auto [stop, error] =
      std::from_chars(expires->data(), expires->data() + expires->size(), end);
  // Up to the year 5138: no later time overflows anything.
  if (!user_id || error != std::errc{} || stop != expires->data() + expires->size() || end < 0 ||
      end > 99'999'999'999 || !IsPrintable(method) || !IsPrintable(path)) {
    return {};
  }

  const std::lock_guard lock(mutex_);
  const SigningKey* key = keys_.Find(*key_id);
  if (key == nullptr && Reload(now)) key = keys_.Find(*key_id);
  if (key == nullptr) return {};
  const Signature right = SignatureOf(*key, method, path, *expires, *user);
  if (CRYPTO_memcmp(right.data(), given.data(), right.size()) != 0) return {};
  const Time expires_at(std::chrono::seconds{end});
  if (now >= expires_at) return {LinkState::kExpired, {}};
  return {LinkState::kGood, *user_id};
}

void UrlSigner::Rotate(std::chrono::milliseconds max_age, Time now) {
  const std::lock_guard lock(mutex_);
  keys_ = SigningKeys::Rotate(keys_file_, max_age, now);
}

}  // namespace tapmask
