// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tapmask/api/blocking_pool.h"
#include "tapmask/api/http_message.h"
#include "tapmask/api/limits.h"
#include "tapmask/api/router.h"

namespace tapmask::api {

// Who asks? Called in the pool, for routes that take a session or a key. Throws kUnauthenticated
// when the request has no credential that holds.
using Authenticate = std::function<Caller(const Request&)>;

// Told of every answer, once it is sent, on a connection's thread: must be quick and not throw.
struct Access {
  Method method = Method::kOther;
  std::string_view route;  // The pattern, never the path; empty when there is no such route.
  int status = 0;
  std::chrono::steady_clock::duration took{};
  std::string_view request_id;
  bool was_sent = true;  // False: the client was gone, or too slow.
};
using OnAccess = std::function<void(const Access&)>;

// Told of what was thrown where a handler should not throw: for the log, holds anything.
// Must not throw.
using OnFailure = std::function<void(std::string_view request_id, std::string_view what)>;

// From a request to an answer, whatever brings the one and takes the other: routes, rights, the
// checks that all requests have in common, errors. May be used from any thread; coroutines run on
// the loop of who awaits.
class Dispatcher {
 public:
  struct Options {
    RouteTable routes;
    Authenticate authenticate;               // Empty: routes that need a credential answer 401.
    std::vector<std::string> allowed_hosts;  // See CheckHost; empty: all.
    bool is_over_tls = false;                // The browser's side is https.
    // Of addresses whose X-Forwarded-For is believed: the proxy in front of us.
    std::vector<std::string> trusted_proxies;
    OnFailure on_failure;
  };
  // `pool` must outlive it.
  Dispatcher(Options options, BlockingPool& pool);

  // What is to be done with a request, of which the head is known: either it is answered at once,
  // or its body may come.
  struct Plan {
    const Route* route = nullptr;  // Null: there is none.
    std::optional<Response> answer;
  };
  // Needs method, target, headers and peer_address; sets the rest but body and caller. Never
  // throws.
  Plan Begin(Request& request) const;

  // Whether a body so long is refused; nothing is its length when it is not told.
  static std::optional<Response> RefuseBody(const Plan& plan, std::optional<int64_t> length_bytes);

  // Runs the handler of `plan`, which has no answer yet. Never throws.
  Task<Response> Answer(const Plan& plan, Request& request) const;

  // The answer for what was thrown; tells `on_failure` if it is a fault of ours.
  Response Failed(const std::exception_ptr& failure, std::string_view request_id) const noexcept;

  // Adds what every answer has: request id, security header fields, no-store where the handler
  // says nothing else.
  static void Finish(Response& response, std::string_view request_id);
  // And what every answer to such a path has.
  void Finish(Response& response, const Request& request) const;

  const RouteTable& routes() const { return options_.routes; }

 private:
  void FindRoute(Request& request, Plan& plan) const;
  Caller CallerOf(const Route& route, const Request& request) const;
  Task<Response> Handle(const Plan& plan, Request& request) const;

  const Options options_;
  BlockingPool& pool_;
};

}  // namespace tapmask::api
