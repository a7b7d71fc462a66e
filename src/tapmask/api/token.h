// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tapmask/jobs/credential_store.h"

namespace tapmask::api {

// What sessions, API keys and links are known by. Whoever has the text is the account's user, so it
// goes to that user and nowhere else; we keep its hash (SHA-256: of 256 random bits a slow hash
// would be no safer).

// 256 random bits in base64url, 43 characters.
std::string NewToken();

// The same behind "tm_", by which people, and programs that look for leaked secrets, tell it.
std::string NewApiKey();
// The first characters of a key, to show; says nothing about the rest.
std::string ApiKeyPrefix(std::string_view key);

// What has the form of the two; others need not be looked up.
bool IsToken(std::string_view text);
bool IsApiKey(std::string_view text);

TokenHash HashOfToken(std::string_view token);

}  // namespace tapmask::api
