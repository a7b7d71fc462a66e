// SPDX-License-Identifier: Apache-2.0
#pragma once

// For server.cc, connection.cc, request_reader.cc and socket_line.cc only.

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tapmask/api/task.h"

namespace tapmask::api {

// The socket of one client with what was received and not used yet. Every wait has a deadline.
// All calls on the thread of the socket's loop; one Receive or Write at a time.
class SocketLine : public std::enable_shared_from_this<SocketLine> {
 public:
  using Clock = std::chrono::steady_clock;

  explicit SocketLine(boost::asio::ip::tcp::socket socket);

  // Waits for up to `most_bytes` more and puts them behind what is there. False: the client has
  // closed, the deadline has passed (then `timed_out`), or the line is closed.
  Task<bool> Receive(size_t most_bytes, Clock::time_point deadline);
  bool timed_out() const { return timed_out_; }

  // Sends all of them, one after the other; they must live until then.
  Task<bool> Write(std::array<std::string_view, 3> pieces, Clock::time_point deadline);

  std::string_view Received() const;
  void Consume(size_t bytes) { buffer_.consume(bytes); }
  void ReleaseMemory();  // Of the buffer, where nothing is in it.

  bool HasUnseenBytes();  // In the system, which no Receive has fetched.
  void EndSending();
  void Close();
  // Calls `gone` once the client has closed its side, if it does so while the line is open and
  // before it sends more.
  void WatchForEnd(std::function<void()> gone);
  std::string PeerAddress() const;

 private:
  void SetDeadline(Clock::time_point deadline);
  void ClearDeadline() { deadline_ = Clock::time_point::max(); }
  void ArmTimer();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  Clock::time_point timer_at_ = Clock::time_point::max();  // When it fires.
  Clock::time_point deadline_ = Clock::time_point::max();
  bool timed_out_ = false;
  boost::beast::flat_buffer buffer_;
};

}  // namespace tapmask::api
