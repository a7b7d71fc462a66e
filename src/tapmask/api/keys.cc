// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tapmask/api/account_json.h"
#include "tapmask/api/error_response.h"
#include "tapmask/api/json_body.h"
#include "tapmask/api/routes.h"
#include "tapmask/api/token.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

constexpr int kMostKeys = 100;
constexpr size_t kMostNameCharacters = 100;

Response ListKeys(Services& services, const Request& request) {
  std::vector<ApiKey> keys = services.stores.credentials().Keys(request.caller->user_id);
  std::reverse(keys.begin(), keys.end());
  nlohmann::ordered_json json{{"keys", nlohmann::ordered_json::array()}};
  for (const ApiKey& key : keys) json["keys"].push_back(ApiKeyJson(key));
  return Response::Json(json.dump());
}

std::string NeedName(JsonMembers& members) {
  std::string name = members.NeedText("name", 1, 4 * kMostNameCharacters);
  const bool has_controls = std::any_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
  });
  if (Characters(name) > kMostNameCharacters || has_controls) {
    members.Refuse("name",
                   fmt::format("must be one line of at most {} characters", kMostNameCharacters));
  }
  return name;
}

Response CreateKey(Services& services, const Request& request) {
  JsonMembers members(ParseJsonObject(request));
  ApiKey key;
  key.name = NeedName(members);
  members.NoMore();
  const std::string text = NewApiKey();
  key.id = KeyId::New();
  key.user_id = request.caller->user_id;
  key.token_hash = HashOfToken(text);
  key.prefix = ApiKeyPrefix(text);
  key.created_at = services.clock.Now();
  bool was_added = false;
  try {
    was_added = services.stores.credentials().AddKey(key, kMostKeys);
  } catch (const Error& error) {
    // The account was closed since we asked who this is.
    if (error.code() != Code::kNotFound) throw;
    throw Error(Code::kUnauthenticated, "Sign in first.");
  }
  if (!was_added) {
    throw HttpError(409, "too_many_keys",
                    fmt::format("An account may have {} API keys. Revoke one first.", kMostKeys));
  }
  // A password that was set meanwhile has ended all sessions and keys, but not this one, which is
  // later.
  CredentialStore& credentials = services.stores.credentials();
  if (!credentials.FindSession(request.caller->token_hash, key.created_at)) {
    credentials.RemoveKey(key.user_id, key.id);
    throw Error(Code::kUnauthenticated, "Sign in first.");
  }
  services.log.Info("key_made", {{"user_id", key.user_id}, {"key_id", key.id}});
  nlohmann::ordered_json json = ApiKeyJson(key);
  json["key"] = text;
  return Response::Json(json.dump(), 201);
}

Response RevokeKey(Services& services, const Request& request) {
  const std::optional<KeyId> id = KeyId::Parse(request.PathParameter("keyId"));
  if (!id || !services.stores.credentials().RemoveKey(request.caller->user_id, *id)) {
    throw Error(Code::kNotFound, "There is no such API key.");
  }
  services.log.Info("key_revoked", {{"user_id", request.caller->user_id}, {"key_id", *id}});
  return Response::Empty();
}

}  // namespace

void AddKeyRoutes(RouteTable& routes, Services& services) {
  const auto add = [&](Method method, const char* pattern, const char* operation_id,
                       int64_t body_limit_bytes, Response (*handler)(Services&, const Request&)) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    route.operation_id = operation_id;
    route.body_limit_bytes = body_limit_bytes;
    route.security = Security::kSession;
    route.handler = BlockingHandler(
        [&services, handler](Request& request) { return handler(services, request); });
    routes.Add(std::move(route));
  };
  add(Method::kGet, "/api/v1/keys", "listKeys", 0, ListKeys);
  add(Method::kPost, "/api/v1/keys", "createKey", 8'192, CreateKey);
  add(Method::kDelete, "/api/v1/keys/{keyId}", "revokeKey", 1'024, RevokeKey);
}

}  // namespace tapmask::api
