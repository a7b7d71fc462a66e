// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/authenticator.h"

#include <optional>
#include <string>
#include <string_view>

#include "tapmask/api/cookie.h"
#include "tapmask/api/token.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

[[noreturn]] void RefuseCaller() {
  throw Error(Code::kUnauthenticated, "Sign in first.");
}

Caller CallerFor(Services& services, const UserId& user_id, bool is_by_key, const TokenHash& hash) {
  const std::optional<User> user = services.stores.users().Get(user_id);
  if (!user || user->closed_at) RefuseCaller();
  return {user->id, user->tier, is_by_key, hash};
}

// "Bearer tm_…" → "tm_…"; empty for anything else.
std::string_view BearerToken(std::string_view field) {
  constexpr std::string_view kScheme = "Bearer ";
  if (field.size() <= kScheme.size() ||
      !EqualIgnoringCase(field.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  return Trimmed(field.substr(kScheme.size()));
}

Caller ByKey(Services& services, const Request& request) {
  const auto fields = request.headers.All("Authorization");
  const std::string_view token = fields.size() == 1 ? BearerToken(fields.front()) : "";
  if (!IsApiKey(token)) RefuseCaller();
  CredentialStore& credentials = services.stores.credentials();
  const TokenHash hash = HashOfToken(token);
  const std::optional<ApiKey> key = credentials.FindKey(hash);
  if (!key) RefuseCaller();
  const Caller caller = CallerFor(services, key->user_id, true, hash);
  try {
    credentials.KeyUsed(key->id, services.clock.Now());
  } catch (const Error& error) {
    // When a key was last used is not worth a request.
    services.log.Warning("key_use_not_written", {{"key_id", key->id}, {"code", error.code()}});
  }
  return caller;
}

Caller BySession(Services& services, const Request& request) {
  const std::optional<std::string> token =
      SessionCookie(services.settings.is_over_tls).TokenOf(request.headers);
  if (!token || !IsToken(*token)) RefuseCaller();
  const TokenHash hash = HashOfToken(*token);
  const std::optional<Session> session =
      services.stores.credentials().FindSession(hash, services.clock.Now());
  if (!session) RefuseCaller();
  return CallerFor(services, session->user_id, false, hash);
}

}  // namespace

Authenticate MakeAuthenticate(Services& services) {
  return [&services](const Request& request) {
    return request.headers.Has("Authorization") ? ByKey(services, request)
                                                : BySession(services, request);
  };
}

}  // namespace tapmask::api
