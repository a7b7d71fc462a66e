// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "tapmask/api/dispatcher.h"
#include "tapmask/api/limits.h"

namespace tapmask::api {

// An HTTP/1.1 server: one loop with its own thread for each core, connections dealt out evenly.
// One thread accepts for all; accepting by several sockets of one port would let a second server
// start on the same port unnoticed.
//
// Start and Stop from any thread that is not one of its own.
class Server {
 public:
  struct Options {
    std::string address = "127.0.0.1";  // An IPv4 or IPv6 address; "::" takes both.
    uint16_t port = 0;                  // 0: a free one.
    std::optional<int> loops;           // [1, 256]; nothing: one for each core.
    Limits limits;
    OnAccess on_access;
  };

  // Takes the port, but does not accept yet. `dispatcher`, and the pool that it uses, must outlive
  // the server. Throws kInvalidArgument for an address that is none, kUnavailable when the port is
  // taken or not allowed.
  Server(Options options, const Dispatcher& dispatcher);
  ~Server();  // Stops, without time to drain.
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void Start();

  // Accepts no more, closes idle connections, ends event streams, lets requests in hand finish;
  // what has not ended after `drain_time` is cut. Returns when all is over: handlers that block
  // are waited for, however long they take. A second call does nothing.
  void Stop(std::chrono::milliseconds drain_time);

  uint16_t port() const;
  int connections() const;  // Open now.

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tapmask::api
