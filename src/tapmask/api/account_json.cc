// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/account_json.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "tapmask/core/clock.h"

namespace tapmask::api {
namespace {

constexpr size_t kMostPasswordCharacters = 256, kMostPasswordBytes = 1'024;

bool LooksLikeEmail(std::string_view text) {
  const size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.size() <= 254 &&
         text.find('@', at + 1) == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

nlohmann::ordered_json AccountJson(Services& services, const User& user) {
  const QuotaUse quota = services.stores.jobs().Quota(user.id, services.clock.Now());
  nlohmann::ordered_json json{{"userId", user.id.text()}};
  if (!user.email.empty()) json["email"] = user.email;
  json["isVerified"] = user.is_verified;
  json["tierType"] = TierName(user.tier);
  json["monthlyQuota"] = quota.used;
  json["monthlyLimit"] = nullptr;
  if (quota.limit) json["monthlyLimit"] = *quota.limit;
  json["quotaResetDate"] = TimeText(quota.resets_at);
  json["storedBytes"] = services.stores.videos().StoredBytes(user.id);
  json["createdAt"] = TimeText(user.created_at);
  if (user.last_login_at) json["lastLoginAt"] = TimeText(*user.last_login_at);
  return json;
}

nlohmann::ordered_json ApiKeyJson(const ApiKey& key) {
  nlohmann::ordered_json json{{"keyId", key.id.text()},
                              {"name", key.name},
                              {"prefix", key.prefix},
                              {"createdAt", TimeText(key.created_at)}};
  if (key.last_used_at) json["lastUsedAt"] = TimeText(*key.last_used_at);
  return json;
}

std::string NeedEmail(JsonMembers& members) {
  std::string email = members.NeedText("email", 3, 254);
  if (!LooksLikeEmail(email)) members.Refuse("email", "must be an address such as ann@example.org");
  return email;
}

std::string NeedPassword(JsonMembers& members, size_t least_characters) {
  std::string password = members.NeedText("password", 1, kMostPasswordBytes);
  const size_t characters = Characters(password);
  if (characters < least_characters || characters > kMostPasswordCharacters) {
    members.Refuse("password", fmt::format("must have {} to {} characters", least_characters,
                                           kMostPasswordCharacters));
  }
  return password;
}

size_t Characters(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace tapmask::api
