// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tapmask/api/asio_loop.h"
#include "tapmask/api/connection.h"
#include "tapmask/api/error_response.h"
#include "tapmask/api/response_head.h"
#include "tapmask/core/error.h"
#include "tapmask/core/id.h"

namespace tapmask::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string FullAnswer() {
  Response response = Problem(
      503, "unavailable", "The server has too many connections just now. Try again in a moment.");
  Dispatcher::Finish(response, NewUuid());
  return ResponseHead(response, FramingOf(response, true), false) +
         std::get<std::string>(response.body);
}

}  // namespace

class Server::Impl {
 public:
  Impl(Options options, const Dispatcher& dispatcher);
  ~Impl() { Stop(std::chrono::milliseconds(0)); }

  void Start();
  void Stop(std::chrono::milliseconds drain_time);
  uint16_t port() const { return port_; }
  int connections() const { return connections_.load(); }

 private:
  // A loop, its thread and its connections, which only that thread touches.
  struct Shard {
    AsioLoop loop;
    std::set<std::shared_ptr<Connection>> connections;
    asio::executor_work_guard<asio::io_context::executor_type> work{loop.io().get_executor()};
    std::jthread thread;
  };

  void Listen();
  Task<void> Accept();
  void Open(Shard& shard, tcp::socket socket);
  Task<void> Serve(Shard& shard, std::shared_ptr<Connection> connection);
  void Closed();
  void ForEach(void (Connection::*call)());

  const Options options_;
  const Dispatcher& dispatcher_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::unique_ptr<tcp::acceptor> acceptor_;  // On the first shard.
  uint16_t port_ = 0;
  std::atomic<bool> is_draining_ = false;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;  // For waiting on `none_left_` only.
  std::condition_variable none_left_;
  std::mutex stopping_;
  bool is_started_ = false, is_stopped_ = false;
};

Server::Impl::Impl(Options options, const Dispatcher& dispatcher)
    : options_(std::move(options)), dispatcher_(dispatcher) {
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const int loops = std::clamp(options_.loops.value_or(cores), 1, 256);
  for (int i = 0; i < loops; ++i) shards_.push_back(std::make_unique<Shard>());
  Listen();
}

void Server::Impl::Listen() {
  error_code error;
  const auto address = asio::ip::make_address(options_.address, error);
  if (error) {
    throw Error(Code::kInvalidArgument,
                fmt::format("\"{}\" is no IP address to listen on.", options_.address));
  }
  acceptor_ = std::make_unique<tcp::acceptor>(shards_.front()->loop.io());
  const tcp::endpoint endpoint(address, options_.port);
  acceptor_->open(endpoint.protocol(), error);
  if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && address.is_v6()) acceptor_->set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor_->bind(endpoint, error);
  if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
  if (!error) port_ = acceptor_->local_endpoint(error).port();
  if (error) {
    throw Error(Code::kUnavailable,
                fmt::format("Cannot listen on {} port {}: {}. Take another port with --listen.",
                            options_.address, options_.port, error.message()));
  }
}

void Server::Impl::Start() {
  const std::lock_guard lock(stopping_);
  if (is_started_ || is_stopped_) return;
  is_started_ = true;
  for (const auto& shard : shards_) {
    shard->thread = std::jthread([loop = &shard->loop] {
      const Loop::Scope scope(loop);
      loop->io().run();
    });
  }
  shards_.front()->loop.Post([this] { Spawn(Accept()); });
}

Task<void> Server::Impl::Accept() {
  for (size_t turn = 0; !is_draining_; ++turn) {
    Shard& shard = *shards_[turn % shards_.size()];
    tcp::socket socket(shard.loop.io());
    const IoResult accepted =
        co_await AwaitIo([&](auto done) { acceptor_->async_accept(socket, std::move(done)); });
    if (is_draining_) break;
    if (accepted.error) {
      // Out of file descriptors, most likely: connections that end make room.
      asio::steady_timer pause(shards_.front()->loop.io(), std::chrono::milliseconds(20));
      co_await AwaitIo([&](auto done) { pause.async_wait(std::move(done)); });
      continue;
    }
    if (connections_ >= options_.limits.connections) {
      error_code ignored;
      socket.non_blocking(true, ignored);
      socket.write_some(asio::buffer(FullAnswer()), ignored);
      socket.shutdown(tcp::socket::shutdown_both, ignored);
      continue;
    }
    ++connections_;
    asio::post(shard.loop.io(), [this, &shard, moved = std::move(socket)]() mutable {
      Open(shard, std::move(moved));
    });
  }
}

void Server::Impl::Open(Shard& shard, tcp::socket socket) {
  if (is_draining_) return Closed();
  auto connection =
      MakeConnection(std::move(socket), dispatcher_, options_.limits, options_.on_access);
  shard.connections.insert(connection);
  Spawn(Serve(shard, std::move(connection)));
}

Task<void> Server::Impl::Serve(Shard& shard, std::shared_ptr<Connection> connection) {
  co_await connection->Run();
  shard.connections.erase(connection);
  connection.reset();
  Closed();
}

void Server::Impl::Closed() {
  if (--connections_ > 0) return;
  const std::lock_guard lock(mutex_);
  none_left_.notify_all();
}

// Connections may end, and leave the set, while they are called.
void Server::Impl::ForEach(void (Connection::*call)()) {
  for (const auto& shard : shards_) {
    shard->loop.Post([&shard = *shard, call] {
      const auto connections = shard.connections;
      for (const auto& connection : connections) ((*connection).*call)();
    });
  }
}

void Server::Impl::Stop(std::chrono::milliseconds drain_time) {
  const std::lock_guard lock(stopping_);
  if (std::exchange(is_stopped_, true)) return;
  is_draining_ = true;
  if (!is_started_) return;
  shards_.front()->loop.Post([this] {
    error_code ignored;
    acceptor_->close(ignored);
  });
  ForEach(&Connection::Drain);
  std::unique_lock waiting(mutex_);
  const auto is_over = [this] { return connections_ == 0; };
  if (!none_left_.wait_for(waiting, drain_time, is_over)) {
    ForEach(&Connection::Close);
    none_left_.wait(waiting, is_over);
  }
  waiting.unlock();
  for (const auto& shard : shards_) shard->work.reset();
  for (const auto& shard : shards_) shard->thread.join();
}

Server::Server(Options options, const Dispatcher& dispatcher)
    : impl_(std::make_unique<Impl>(std::move(options), dispatcher)) {}
Server::~Server() = default;
void Server::Start() {
  impl_->Start();
}
void Server::Stop(std::chrono::milliseconds drain_time) {
  impl_->Stop(drain_time);
}
uint16_t Server::port() const {
  return impl_->port();
}
int Server::connections() const {
  return impl_->connections();
}

}  // namespace tapmask::api
