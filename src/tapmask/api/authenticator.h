// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/api/dispatcher.h"
#include "tapmask/api/services.h"

namespace tapmask::api {

// Whose request it is, by the session's cookie or by "Authorization: Bearer" with an API key. A
// request with an Authorization field is judged by that alone, since the check of its origin relies
// on it. Unknown, expired, revoked, of an account that is closed or gone: all are kUnauthenticated.
//
// `services` must outlive it.
Authenticate MakeAuthenticate(Services& services);

}  // namespace tapmask::api
