// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/origin_check.h"

#include <algorithm>

#include "tapmask/api/error_response.h"
#include "tapmask/api/request_head.h"

namespace tapmask::api {
namespace {

[[noreturn]] void RefuseOrigin() {
  throw HttpError(403, "origin_not_allowed",
                  "This request comes from a page of another site. Open TapMask's own page.");
}

// Without the port that goes without saying.
std::string_view WithoutPort(std::string_view host, std::string_view port) {
  if (host.ends_with(port)) host.remove_suffix(port.size());
  return host;
}

bool IsSame(std::string_view origin, std::string_view host, bool is_over_tls) {
  std::string_view port;
  if (origin.starts_with("https://")) {
    origin.remove_prefix(8);
    port = ":443";
  } else if (origin.starts_with("http://") && !is_over_tls) {
    origin.remove_prefix(7);
    port = ":80";
  } else {
    return false;
  }
  return !origin.empty() && EqualIgnoringCase(WithoutPort(origin, port), WithoutPort(host, port));
}

bool MayChangeSomething(Method method) {
  return method != Method::kGet && method != Method::kHead && method != Method::kOptions;
}

}  // namespace

void CheckOrigin(const Request& request, bool is_over_tls) {
  if (!MayChangeSomething(request.method) || request.headers.Has("Authorization")) return;
  const auto origins = request.headers.All("Origin");
  const auto sites = request.headers.All("Sec-Fetch-Site");
  const std::string_view host = request.headers.Get("Host").value_or("");
  for (const std::string_view origin : origins) {
    if (!IsSame(origin, host, is_over_tls)) RefuseOrigin();
  }
  for (const std::string_view site : sites) {
    if (site != "same-origin" && site != "none") RefuseOrigin();
  }
  if (origins.empty() && sites.empty() && request.headers.Has("Cookie")) RefuseOrigin();
}

void CheckHost(const Request& request, const std::vector<std::string>& allowed) {
  if (allowed.empty()) return;
  const auto name = HostName(request.headers.Get("Host").value_or(""));
  if (!name || std::find(allowed.begin(), allowed.end(), *name) == allowed.end()) {
    throw HttpError(400, "bad_request", "This server does not answer under the name in Host.");
  }
}

std::vector<std::string> LoopbackHosts() {
  return {"localhost", "127.0.0.1", "[::1]"};
}

}  // namespace tapmask::api
