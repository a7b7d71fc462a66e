// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tapmask/api/http_message.h"

namespace tapmask::api {

// Against pages of other sites that make a browser send requests here.
//
// Throws HttpError 403 origin_not_allowed for a request that may change something and comes from
// elsewhere: its Origin is not "http(s)://" and its Host, or Sec-Fetch-Site says so. One with
// cookies must have at least one of the two. Requests with an Authorization field pass: browsers
// do not add that by themselves.
//
// is_over_tls   The Origin must be https, otherwise it may be either.
void CheckOrigin(const Request& request, bool is_over_tls);

// Against DNS rebinding, where the name of a stranger's page comes to mean our address: throws
// HttpError 400 bad_request when the Host, without its port, is none of `allowed`. An empty list
// allows every host.
void CheckHost(const Request& request, const std::vector<std::string>& allowed);

// For a server that listens on loopback: "localhost", "127.0.0.1", "[::1]".
std::vector<std::string> LoopbackHosts();

}  // namespace tapmask::api
