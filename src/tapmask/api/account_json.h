// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "tapmask/api/json_body.h"
#include "tapmask/api/services.h"
#include "tapmask/jobs/credential_store.h"
#include "tapmask/jobs/user.h"

namespace tapmask::api {

// Account and ApiKey of web/openapi.yaml. The first asks the store for what the account has used,
// so it blocks; throws kNotFound when the account is gone.
nlohmann::ordered_json AccountJson(Services& services, const User& user);
nlohmann::ordered_json ApiKeyJson(const ApiKey& key);

// Email of web/openapi.yaml; not yet an address that mail can be sent to.
std::string NeedEmail(JsonMembers& members);
// "password", of at least so many and at most 256 characters.
std::string NeedPassword(JsonMembers& members, size_t least_characters);

size_t Characters(std::string_view utf8);

}  // namespace tapmask::api
