// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/dispatcher.h"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tapmask/api/error_response.h"
#include "tapmask/api/origin_check.h"
#include "tapmask/api/test_loop.h"
#include "tapmask/core/id.h"

namespace tapmask::api {
namespace {

Route Make(Method method, std::string pattern, Security security, BlockingHandler handler) {
  Route route;
  route.method = method;
  route.operation_id = std::string(MethodName(method)) + pattern;
  route.pattern = std::move(pattern);
  route.security = security;
  route.handler = std::move(handler);
  return route;
}

class Dispatching : public testing::Test {
 protected:
  void SetUp() override {
    const auto who = [](Request& request) {
      return Response::Text(request.caller ? request.caller->user_id.text() : "nobody");
    };
    options_.routes.Add(Make(Method::kGet, "/open", Security::kNone, who));
    options_.routes.Add(Make(Method::kGet, "/mine", Security::kSessionOrKey, who));
    options_.routes.Add(Make(Method::kGet, "/keys", Security::kSession, who));
    options_.routes.Add(Make(Method::kPost, "/open", Security::kNone, who));
    options_.routes.Add(Make(Method::kGet, "/bug", Security::kNone,
                             [](Request&) -> Response { throw std::logic_error("secret"); }));
    Route async = Make(Method::kGet, "/async", Security::kSessionOrKey, who);
    async.handler =
        AsyncHandler([who](Request& request) -> Task<Response> { co_return who(request); });
    options_.routes.Add(async);
    Route patch = Make(Method::kPatch, "/tus", Security::kNone, [](Request& request) {
      return Response::Text(std::string(MethodName(request.method)));
    });
    patch.takes_method_override = true;
    options_.routes.Add(patch);
    options_.routes.Add(Make(Method::kDelete, "/tus", Security::kNone, who));
    options_.authenticate = [this](const Request& request) {
      const auto key = request.headers.Get("Authorization");
      if (key != "Bearer good" && !request.headers.Has("Cookie")) {
        throw Error(Code::kUnauthenticated, "Sign in first.");
      }
      return Caller{user_, Tier::kFree, key.has_value(), {}};
    };
    options_.on_failure = [this](std::string_view id, std::string_view what) {
      failure_ = std::string(id) + " " + std::string(what);
    };
  }

  Response Answer(Method method, std::string target, Headers headers = {}) {
    if (!dispatcher_) dispatcher_.emplace(std::move(options_), pool_);
    request_ = Request{};
    request_.method = method;
    request_.target = std::move(target);
    request_.headers = std::move(headers);
    if (!request_.headers.Has("Host")) request_.headers.Add("Host", "localhost");
    request_.peer_address = "10.0.0.1";
    Dispatcher::Plan plan = dispatcher_->Begin(request_);
    if (plan.answer) return std::move(*plan.answer);
    return loop_.Run(dispatcher_->Answer(plan, request_));
  }
  static std::string CodeOf(const Response& response) {
    return nlohmann::json::parse(std::get<std::string>(response.body))["code"];
  }
  static std::string TextOf(const Response& response) {
    return std::get<std::string>(response.body);
  }

  const UserId user_ = UserId::New();
  std::string failure_;
  TestLoop loop_;
  BlockingPool pool_{{.threads = 1, .most_waiting = 4}};
  Dispatcher::Options options_;
  std::optional<Dispatcher> dispatcher_;
  Request request_;
};

TEST_F(Dispatching, AsksForACredentialWhereOneIsNeeded) {
  EXPECT_EQ(TextOf(Answer(Method::kGet, "/open")), "nobody");
  for (const char* path : {"/mine", "/async", "/keys"}) {
    const Response refused = Answer(Method::kGet, path);
    EXPECT_EQ(refused.status, 401) << path;
    EXPECT_EQ(CodeOf(refused), "unauthenticated");
    EXPECT_EQ(TextOf(Answer(Method::kGet, path, {{"Cookie", "x"}})), user_.text()) << path;
  }
  EXPECT_EQ(TextOf(Answer(Method::kGet, "/mine", {{"Authorization", "Bearer good"}})),
            user_.text());
  const Response by_key = Answer(Method::kGet, "/keys", {{"Authorization", "Bearer good"}});
  EXPECT_EQ(by_key.status, 403);
  EXPECT_EQ(CodeOf(by_key), "session_required");
}

TEST_F(Dispatching, KnowsWhatIsNotThere) {
  EXPECT_EQ(CodeOf(Answer(Method::kGet, "/none")), "not_found");
  const Response method = Answer(Method::kDelete, "/open");
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(method.headers.Get("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(Answer(Method::kOther, "/open").status, 405);
  const Response options = Answer(Method::kOptions, "/open");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.Get("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(Answer(Method::kOptions, "*").status, 204);
  EXPECT_EQ(Answer(Method::kGet, "*").status, 404);
}

TEST_F(Dispatching, ChecksOriginHostAndExpectation) {
  options_.allowed_hosts = LoopbackHosts();
  EXPECT_EQ(CodeOf(Answer(Method::kPost, "/open", {{"Origin", "http://evil"}})),
            "origin_not_allowed");
  EXPECT_EQ(CodeOf(Answer(Method::kGet, "/open", {{"Host", "evil.example"}})), "bad_request");
  EXPECT_EQ(CodeOf(Answer(Method::kPost, "/open", {{"Expect", "tea"}})), "expectation_failed");
  EXPECT_EQ(Answer(Method::kPost, "/open", {{"Expect", "100-Continue"}}).status, 200);
  EXPECT_EQ(CodeOf(Answer(Method::kGet, "/open?a=%zz")), "bad_request");
}

TEST_F(Dispatching, TellsOfBugsInTheLogOnly) {
  const Response response = Answer(Method::kGet, "/bug");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(TextOf(response).find("secret"), std::string::npos);
  EXPECT_EQ(failure_, request_.id + " secret");
}

TEST_F(Dispatching, TakesAnotherMethodOnlyWhereThatIsAgreed) {
  EXPECT_EQ(TextOf(Answer(Method::kPost, "/tus", {{"X-HTTP-Method-Override", "PATCH"}})), "PATCH");
  EXPECT_EQ(Answer(Method::kPost, "/tus", {{"X-HTTP-Method-Override", "DELETE"}}).status, 405);
  EXPECT_EQ(Answer(Method::kGet, "/tus", {{"X-HTTP-Method-Override", "PATCH"}}).status, 405);
}

TEST_F(Dispatching, BelievesOnlyTrustedProxies) {
  options_.trusted_proxies = {"10.0.0.1", "10.0.0.2"};
  const auto address = [&](Headers headers) {
    Answer(Method::kGet, "/open", std::move(headers));
    return request_.peer_address;
  };
  EXPECT_EQ(address({}), "10.0.0.1");
  EXPECT_EQ(address({{"X-Forwarded-For", "1.1.1.1, 2.2.2.2"}}), "2.2.2.2");
  EXPECT_EQ(address({{"X-Forwarded-For", "1.1.1.1, 2.2.2.2,10.0.0.2"}}), "2.2.2.2");
  EXPECT_EQ(address({{"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-For", "2001:db8::1"}}),
            "2001:db8::1");
  EXPECT_EQ(address({{"X-Forwarded-For", "<script>"}}), "10.0.0.1");
}

// Regression: each port of a client was an address of its own, with tries of its own.
TEST_F(Dispatching, TakesTheAddressAloneOfWhatAProxyWrites) {
  options_.trusted_proxies = {"10.0.0.1", "2001:DB8::0:1"};
  const auto address = [&](const std::string& text) {
    Answer(Method::kGet, "/open", {{"X-Forwarded-For", text}});
    return request_.peer_address;
  };
  for (const char* text : {"198.51.100.7", "198.51.100.7:1", "198.51.100.7:65535",
                           " 198.51.100.7:4711 ", "::ffff:198.51.100.7", "[::ffff:c633:6407]:80",
                           "1.1.1.1, 198.51.100.7:4711, [2001:db8::1]:443"}) {
    EXPECT_EQ(address(text), "198.51.100.7") << text;
  }
  for (const char* text : {"2001:db8::2", "[2001:db8::2]", "[2001:db8::2]:4711",
                           "2001:0DB8:0:0:0:0:0:2", "[2001:DB8::2]:1"}) {
    EXPECT_EQ(address(text), "2001:db8::2") << text;
  }
  for (const std::string& text : {std::string("unknown"),
                                  std::string("_hidden"),
                                  std::string("198.51.100.7:"),
                                  std::string("198.51.100.7:x"),
                                  std::string("198.51.100.7:123456"),
                                  std::string("198.51.100"),
                                  std::string("198.51.100.256"),
                                  std::string("1:2"),
                                  std::string("abc.def"),
                                  std::string("[2001:db8::2"),
                                  std::string("[2001:db8::2]4711"),
                                  std::string("[198.51.100.7]:80"),
                                  std::string("[]"),
                                  std::string("["),
                                  std::string(":80"),
                                  std::string("fe80::1%eth0"),
                                  std::string("198.51.100.7, "),
                                  std::string("a::b::c"),
                                  std::string(4'000, '1'),
                                  std::string("198.51.100.7\0", 13)}) {
    EXPECT_EQ(address(text), "10.0.0.1") << text.substr(0, 50);
  }
}

TEST_F(Dispatching, DoesNotBelieveStrangers) {
  Answer(Method::kGet, "/open", {{"X-Forwarded-For", "1.1.1.1"}});
  EXPECT_EQ(request_.peer_address, "10.0.0.1");
}

TEST_F(Dispatching, FinishesAllAnswersToAPathAlike) {
  options_.routes.AddHeader("/tus", "Tus-Resumable", "1.0.0");
  options_.routes.Add(Make(Method::kGet, "/tus", Security::kKey,
                           [](Request&) -> Response { throw std::logic_error("never asked"); }));
  options_.allowed_hosts = LoopbackHosts();
  struct Case {
    Method method;
    const char* target;
    Headers headers;
    int status;
  };
  for (const Case& one :
       {Case{Method::kDelete, "/tus", {}, 200}, Case{Method::kGet, "/tus?a=b", {}, 401},
        Case{Method::kPut, "/tus", {}, 405},
        Case{Method::kDelete, "/tus", {{"Expect", "tea"}}, 417},
        Case{Method::kDelete, "/tus", {{"Origin", "http://evil"}}, 403},
        Case{Method::kDelete, "/tus", {{"Host", "evil.example"}}, 400}}) {
    Response response = Answer(one.method, one.target, one.headers);
    dispatcher_->Finish(response, request_);

    EXPECT_EQ(response.status, one.status);
    EXPECT_EQ(response.headers.Get("Tus-Resumable"), "1.0.0") << one.status;
    EXPECT_EQ(response.headers.Get("X-Request-Id"), request_.id);
    EXPECT_EQ(response.headers.Get("Cache-Control"), "no-store");
  }

  Response other = Answer(Method::kGet, "/open");
  dispatcher_->Finish(other, request_);
  EXPECT_FALSE(other.headers.Has("Tus-Resumable"));
}

TEST(DispatcherFinish, AddsWhatKeepsBrowsersSafe) {
  Response response = Response::Json("{}");
  Dispatcher::Finish(response, "id");
  EXPECT_EQ(response.headers.Get("X-Request-Id"), "id");
  EXPECT_EQ(response.headers.Get("Cache-Control"), "no-store");
  EXPECT_EQ(response.headers.Get("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(response.headers.Get("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(response.headers.Get("Content-Security-Policy"),
            "default-src 'none'; frame-ancestors 'none'");

  Response page = Response::Text("<html>");
  page.headers.Add("Cache-Control", "no-cache");
  page.headers.Add("Content-Security-Policy", "default-src 'self'");
  Dispatcher::Finish(page, "id");
  EXPECT_EQ(page.headers.All("Cache-Control").size(), 1u);
  EXPECT_EQ(page.headers.Get("Content-Security-Policy"), "default-src 'self'");
}

}  // namespace
}  // namespace tapmask::api
