// SPDX-License-Identifier: Apache-2.0
#pragma once

// For server.cc and connection.cc only.

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "tapmask/api/dispatcher.h"
#include "tapmask/api/limits.h"
#include "tapmask/api/task.h"

namespace tapmask::api {

// One client's connection: reads requests, has them answered one after the other, writes the
// answers. All calls on the thread of its socket's loop.
class Connection {
 public:
  virtual ~Connection() = default;

  // Until it is closed; does not throw. Whoever awaits it holds the connection.
  virtual Task<void> Run() = 0;
  // Finishes the request in hand, if there is one, and closes.
  virtual void Drain() = 0;
  // Closes at once. A handler that runs goes on to its end.
  virtual void Close() = 0;
};

// All but the socket must outlive the connection.
std::shared_ptr<Connection> MakeConnection(boost::asio::ip::tcp::socket socket,
                                           const Dispatcher& dispatcher, const Limits& limits,
                                           const OnAccess& on_access);

}  // namespace tapmask::api
