// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/test_server.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tapmask::api {
namespace {

class MadeBody final : public BodySource {
 public:
  MadeBody(int64_t bytes, std::optional<int64_t> promised, bool fails)
      : left_(bytes), promised_(promised), fails_(fails) {}
  std::optional<int64_t> length_bytes() const override { return promised_; }
  Task<size_t> Read(std::span<char> out) override {
    if (left_ == 0 && fails_) throw std::runtime_error("the disk is gone");
    const size_t size = std::min<size_t>(out.size(), static_cast<size_t>(left_));
    std::fill_n(out.begin(), size, 'x');
    left_ -= static_cast<int64_t>(size);
    co_return size;
  }

 private:
  int64_t left_;
  const std::optional<int64_t> promised_;
  const bool fails_;
};

class MadeEvents final : public EventSource {
 public:
  explicit MadeEvents(Wakeup& wakeup) : wakeup_(wakeup) {}
  Task<Next> Wait(std::chrono::milliseconds at_most, std::stop_token stop) override {
    if (!std::exchange(has_begun_, true)) co_return Event{"job", "one", "1"};
    const Wakeup::Why why = co_await wakeup_.WaitFor(at_most, stop);
    if (why == Wakeup::Why::kNotified) co_return Event{"job", "news", "2"};
    if (why == Wakeup::Why::kStopped) co_return End{};
    co_return Nothing{};
  }

 private:
  Wakeup& wakeup_;
  bool has_begun_ = false;
};

Response Made(int64_t bytes, std::optional<int64_t> promised, bool fails = false) {
  Response response = Response::Text("", "application/octet-stream");
  response.body = std::make_unique<MadeBody>(bytes, promised, fails);
  return response;
}

Route Make(Method method, std::string pattern, std::variant<AsyncHandler, BlockingHandler> handler,
           int64_t limit = 0, Body body = Body::kText) {
  Route route;
  route.method = method;
  route.operation_id = std::string(MethodName(method)) + pattern;
  route.pattern = std::move(pattern);
  route.body_limit_bytes = limit;
  route.body = body;
  route.security = Security::kNone;
  route.handler = std::move(handler);
  return route;
}

}  // namespace

void Gate::Open() {
  const std::lock_guard lock(mutex_);
  is_open_ = true;
  changed_.notify_all();
}

void Gate::Pass() {
  std::unique_lock lock(mutex_);
  ++came_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return is_open_; });
}

void Gate::AwaitWaiting(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return came_ >= count; });
}

RouteTable TestServer::Routes() {
  RouteTable routes;
  const auto now = [](auto make) {
    return AsyncHandler([make](Request& request) -> Task<Response> { co_return make(request); });
  };
  routes.Add(Make(Method::kGet, "/hello", now([](Request&) { return Response::Text("hello"); })));
  routes.Add(Make(Method::kGet, "/none", now([](Request&) { return Response::Empty(); })));
  routes.Add(Make(Method::kPost, "/echo", BlockingHandler([](Request& request) {
                    return Response::Text(request.body, "application/octet-stream");
                  }),
                  1'000));
  routes.Add(Make(Method::kPost, "/count", AsyncHandler([this](Request& request) -> Task<Response> {
                    std::string piece(64 * 1024, '\0');
                    int64_t count = 0;
                    while (true) {
                      const size_t got = co_await request.body_reader->Read(piece);
                      if (got == 0) break;
                      largest_piece = std::max(largest_piece, got);
                      count += static_cast<int64_t>(got);
                    }
                    co_return Response::Text(fmt::format("{} bytes", count));
                  }),
                  100'000'000, Body::kStream));
  for (const Method method : {Method::kGet, Method::kPost, Method::kPut, Method::kPatch,
                              Method::kDelete, Method::kOptions}) {
    Route route = Make(method, "/method", now([](Request& request) {
                         return Response::Text(std::string(MethodName(request.method)));
                       }),
                       1'000);
    route.takes_method_override = true;
    routes.Add(std::move(route));
  }
  routes.Add(Make(Method::kPost, "/ignore", now([](Request&) { return Response::Text("ignored"); }),
                  100'000'000, Body::kStream));
  routes.Add(Make(Method::kGet, "/gate", BlockingHandler([this](Request&) {
                    gate.Pass();
                    return Response::Text("passed");
                  })));
  routes.Add(Make(Method::kGet, "/poll", AsyncHandler([this](Request& request) -> Task<Response> {
                    const Wakeup::Why why =
                        co_await wakeup.WaitFor(std::chrono::seconds(60), request.stop);
                    co_return Response::Text(why == Wakeup::Why::kNotified  ? "notified"
                                             : why == Wakeup::Why::kStopped ? "stopped"
                                                                            : "over");
                  })));
  routes.Add(Make(Method::kGet, "/large/{bytes}", now([](Request& request) {
                    const int64_t bytes = std::stoll(request.PathParameter("bytes"));
                    return Made(bytes, bytes);
                  })));
  routes.Add(Make(Method::kGet, "/chunked/{bytes}", now([](Request& request) {
                    return Made(std::stoll(request.PathParameter("bytes")), std::nullopt);
                  })));
  routes.Add(Make(Method::kGet, "/short", now([](Request&) { return Made(5, 10); })));
  routes.Add(Make(Method::kGet, "/fails", now([](Request&) { return Made(5, 10, true); })));
  routes.Add(Make(Method::kGet, "/events", now([this](Request&) {
                    return Response::Events(std::make_unique<MadeEvents>(wakeup));
                  })));
  routes.Add(Make(Method::kGet, "/badheader", now([](Request&) {
                    Response response = Response::Text("x");
                    response.headers.Add("Location", "/a\r\nSet-Cookie: evil=1");
                    return response;
                  })));
  return routes;
}

TestServer::TestServer(Limits limits, int loops, BlockingPool::Options pool) : pool_(pool) {
  dispatcher_ = std::make_unique<Dispatcher>(Dispatcher::Options{.routes = Routes(),
                                                                 .authenticate = {},
                                                                 .allowed_hosts = {},
                                                                 .is_over_tls = false,
                                                                 .trusted_proxies = {},
                                                                 .on_failure = {}},
                                             pool_);
  Server::Options options;
  options.loops = loops;
  options.limits = limits;
  options.on_access = [this](const Access& access) {
    const std::lock_guard lock(mutex_);
    seen_.push_back({std::string(MethodName(access.method)), std::string(access.route),
                     access.status, access.was_sent});
    changed_.notify_all();
  };
  server_ = std::make_unique<Server>(std::move(options), *dispatcher_);
  server_->Start();
}

TestServer::~TestServer() {
  gate.Open();
  server_.reset();
}

TestClient::Answer TestServer::Ask(const std::string& bytes) const {
  TestClient client = Connect();
  EXPECT_TRUE(client.Send(bytes));
  return client.Read(!bytes.starts_with("HEAD"));
}

std::vector<TestServer::Seen> TestServer::AwaitSeen(size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return seen_.size() >= count; });
  return seen_;
}

}  // namespace tapmask::api
