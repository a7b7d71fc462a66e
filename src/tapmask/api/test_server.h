// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests: a server on a free port of loopback with a few routes.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tapmask/api/blocking_pool.h"
#include "tapmask/api/dispatcher.h"
#include "tapmask/api/server.h"
#include "tapmask/api/test_client.h"
#include "tapmask/api/wakeup.h"

namespace tapmask::api {

// A door that tests hold shut.
class Gate {
 public:
  void Open();
  void Pass();                   // Waits until it is open.
  void AwaitWaiting(int count);  // Until so many wait, or waited, at it.

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = false;
  int came_ = 0;
};

// Routes:
//   GET  /hello                  "hello"
//   POST /echo                   the body, at most 1,000 bytes
//   GET  /none                   204
//   POST /count                  "N bytes", of a streamed body of at most 100 MB
//   POST /ignore                 "ignored", without reading the streamed body
//   GET  /gate                   "passed", once `gate` is open; blocking
//   GET  /poll                   "notified", "stopped" or "over"; waits at `wakeup`
//   GET  /large/{bytes}          a body made piece by piece, with Content-Length
//   GET  /chunked/{bytes}        the same, chunked
//   GET  /short                  promises 10 bytes and has 5
//   GET  /fails                  promises 10 bytes and throws
//   GET  /events                 "one", then what `wakeup` brings
//   GET  /badheader              an answer that must not be sent
class TestServer {
 public:
  explicit TestServer(Limits limits = {}, int loops = 2, BlockingPool::Options pool = {});
  ~TestServer();

  uint16_t port() const { return server_->port(); }
  TestClient Connect() const { return TestClient(port()); }
  // One request on a connection of its own.
  TestClient::Answer Ask(const std::string& bytes) const;
  Server& server() { return *server_; }

  struct Seen {
    std::string method, route;
    int status = 0;
    bool was_sent = false;
  };
  // Waits until so many answers were told of.
  std::vector<Seen> AwaitSeen(size_t count);

  Gate gate;
  Wakeup wakeup;
  size_t largest_piece = 0;  // Of /count.

 private:
  RouteTable Routes();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Seen> seen_;
  BlockingPool pool_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<Server> server_;
};

}  // namespace tapmask::api
