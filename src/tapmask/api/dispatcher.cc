// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/dispatcher.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <utility>

#include "tapmask/api/error_response.h"
#include "tapmask/api/origin_check.h"
#include "tapmask/api/request_head.h"
#include "tapmask/core/id.h"

namespace tapmask::api {
namespace {

std::string AllowText(const std::vector<Method>& methods) {
  std::string text;
  for (const Method method : methods) {
    if (!text.empty()) text += ", ";
    text += MethodName(method);
  }
  return text;
}

Response BodyTooLarge(int64_t limit_bytes) {
  return limit_bytes == 0 ? Problem(413, "body_too_large", "This request takes no body.")
                          : Problem(413, "body_too_large",
                                    "The request's body is too large: at most " +
                                        std::to_string(limit_bytes) + " bytes.");
}

// PATCH and DELETE are what some networks do not let through. Other methods would only confuse
// whoever stands between: a HEAD, say, has an answer of another form than the POST that was sent.
Method OverriddenMethod(const Request& request) {
  if (request.method != Method::kPost) return request.method;
  const auto text = request.headers.Get("X-HTTP-Method-Override");
  const Method method = text ? MethodFrom(*text) : Method::kPost;
  return method == Method::kPatch || method == Method::kDelete ? method : request.method;
}

template <int kFamily, class Bytes>
std::optional<std::string> AddressFrom(std::string_view text) {
  Bytes bytes{};
  if (inet_pton(kFamily, std::string(text).c_str(), &bytes) != 1) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> out{};
  if constexpr (kFamily == AF_INET6) {
    if (IN6_IS_ADDR_V4MAPPED(&bytes)) {
      inet_ntop(AF_INET, bytes.s6_addr + 12, out.data(), out.size());
      return out.data();
    }
  }
  inet_ntop(kFamily, &bytes, out.data(), out.size());
  return out.data();
}

// The address alone, in the form that PeerAddress has, of "198.51.100.7", "198.51.100.7:4711",
// "2001:db8::1", "[2001:db8::1]" and "[2001:db8::1]:4711"; nothing for anything else.
std::optional<std::string> ForwardedAddress(std::string_view text) {
  constexpr size_t kMostCharacters = 60;
  if (text.size() > kMostCharacters || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  const auto is_port = [](std::string_view rest) {
    return rest.empty() || (rest.front() == ':' && rest.size() >= 2 && rest.size() <= 6 &&
                            rest.find_first_not_of("0123456789", 1) == std::string_view::npos);
  };
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos || !is_port(text.substr(close + 1))) return std::nullopt;
    return AddressFrom<AF_INET6, in6_addr>(text.substr(1, close - 1));
  }
  const size_t colon = text.find(':');
  if (colon == text.rfind(':')) {  // None, or one: no IPv6 address.
    const std::string_view rest = colon == std::string_view::npos ? "" : text.substr(colon);
    return is_port(rest) ? AddressFrom<AF_INET, in_addr>(text.substr(0, colon)) : std::nullopt;
  }
  return AddressFrom<AF_INET6, in6_addr>(text);
}

// The last address that no trusted proxy has. What stands before it, anybody may have written.
std::string ClientAddress(const Request& request, const std::vector<std::string>& trusted) {
  const auto is_trusted = [&](std::string_view address) {
    return std::any_of(trusted.begin(), trusted.end(), [&](const std::string& one) {
      return one == address || ForwardedAddress(one) == address;
    });
  };
  std::string client = request.peer_address;
  const auto lines = request.headers.All("X-Forwarded-For");
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    std::string_view rest = *line;
    while (!rest.empty() && is_trusted(client)) {
      const size_t comma = rest.rfind(',');
      const size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
      const auto address = ForwardedAddress(Trimmed(rest.substr(begin)));
      if (!address) return client;
      client = *address;
      rest = rest.substr(0, comma == std::string_view::npos ? 0 : comma);
    }
  }
  return client;
}

}  // namespace

Dispatcher::Dispatcher(Options options, BlockingPool& pool)
    : options_(std::move(options)), pool_(pool) {}

Dispatcher::Plan Dispatcher::Begin(Request& request) const {
  Plan plan;
  try {
    request.id = NewUuid();
    SplitTarget(request);
    CheckHost(request, options_.allowed_hosts);
    request.peer_address = ClientAddress(request, options_.trusted_proxies);
    FindRoute(request, plan);
  } catch (...) {
    plan.answer = Failed(std::current_exception(), request.id);
  }
  return plan;
}

void Dispatcher::FindRoute(Request& request, Plan& plan) const {
  if (request.target == "*" && request.method == Method::kOptions) {
    plan.answer = Response::Empty();
    return;
  }
  RouteTable::Match match = options_.routes.Find(request.method, request.path);
  if (const Method other = OverriddenMethod(request); other != request.method) {
    RouteTable::Match other_match = options_.routes.Find(other, request.path);
    if (other_match.route && other_match.route->takes_method_override) {
      request.method = other;
      match = std::move(other_match);
    }
  }
  if (match.route) {
    plan.route = match.route;
    request.path_parameters = std::move(match.path_parameters);
    CheckOrigin(request, options_.is_over_tls);
    const auto expect = request.headers.Get("Expect");
    if (expect && !EqualIgnoringCase(*expect, "100-continue")) {
      throw HttpError(417, "expectation_failed",
                      "Of expectations, only 100-continue is understood.");
    }
  } else if (match.allowed.empty()) {
    plan.answer = Problem(404, "not_found", "There is nothing at this address.");
  } else if (request.method == Method::kOptions) {
    plan.answer = Response::Empty();
    plan.answer->headers.Add("Allow", AllowText(match.allowed));
  } else {
    plan.answer = Problem(405, "method_not_allowed", "This address does not have that method.",
                          {{"Allow", AllowText(match.allowed)}});
  }
}

std::optional<Response> Dispatcher::RefuseBody(const Plan& plan,
                                               std::optional<int64_t> length_bytes) {
  const int64_t limit = plan.route->body_limit_bytes;
  // A body of unknown length on a route that takes none is refused without a look at it.
  const bool is_too_large = length_bytes ? *length_bytes > limit : limit == 0;
  if (!is_too_large) return std::nullopt;
  return BodyTooLarge(limit);
}

Caller Dispatcher::CallerOf(const Route& route, const Request& request) const {
  if (!options_.authenticate) throw Error(Code::kUnauthenticated, "Sign in first.");
  Caller caller = options_.authenticate(request);
  if (caller.is_by_key && !Takes(route.security, Security::kKey)) {
    throw HttpError(403, "session_required",
                    "This cannot be done with an API key. Sign in with the page.");
  }
  if (!caller.is_by_key && !Takes(route.security, Security::kSession)) {
    throw Error(Code::kUnauthenticated, "This needs an API key.");
  }
  return caller;
}

Task<Response> Dispatcher::Handle(const Plan& plan, Request& request) const {
  const Route& route = *plan.route;
  const bool needs_caller =
      Takes(route.security, Security::kSession) || Takes(route.security, Security::kKey);
  if (const auto* blocking = std::get_if<BlockingHandler>(&route.handler)) {
    co_return co_await pool_.Run([this, &route, &request, blocking, needs_caller] {
      if (needs_caller) request.caller = std::make_shared<const Caller>(CallerOf(route, request));
      return (*blocking)(request);
    });
  }
  if (needs_caller || route.at_once) {
    auto answer =
        co_await pool_.Run([this, &route, &request, needs_caller]() -> std::optional<Response> {
          if (needs_caller) {
            request.caller = std::make_shared<const Caller>(CallerOf(route, request));
          }
          return route.at_once ? route.at_once(request) : std::nullopt;
        });
    if (answer) co_return std::move(*answer);
  }
  co_return co_await std::get<AsyncHandler>(route.handler)(request);
}

Task<Response> Dispatcher::Answer(const Plan& plan, Request& request) const {
  std::exception_ptr failure;
  try {
    co_return co_await Handle(plan, request);
  } catch (...) {
    failure = std::current_exception();
  }
  co_return Failed(failure, request.id);
}

Response Dispatcher::Failed(const std::exception_ptr& failure,
                            std::string_view request_id) const noexcept {
  Response response = ErrorResponse(failure);
  if (response.status >= 500 && options_.on_failure) {
    options_.on_failure(request_id, LogText(failure));
  }
  return response;
}

void Dispatcher::Finish(Response& response, std::string_view request_id) {
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!response.headers.Has(name)) response.headers.Add(std::string(name), std::string(value));
  };
  response.headers.Set("X-Request-Id", std::string(request_id));
  add("Cache-Control", "no-store");
  add("X-Content-Type-Options", "nosniff");
  add("Referrer-Policy", "no-referrer");
  add("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  add("Cross-Origin-Resource-Policy", "same-origin");
  add("X-Frame-Options", "DENY");
}

void Dispatcher::Finish(Response& response, const Request& request) const {
  Finish(response, request.id);
  const Headers headers = options_.routes.HeadersFor(request.path);
  for (const auto& [name, value] : headers.fields()) {
    response.headers.Set(name, value);
  }
}

}  // namespace tapmask::api
