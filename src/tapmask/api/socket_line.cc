// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/socket_line.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

#include "tapmask/api/asio_loop.h"

namespace tapmask::api {

namespace asio = boost::asio;
using boost::system::error_code;

SocketLine::SocketLine(asio::ip::tcp::socket socket)
    : socket_(std::move(socket)), timer_(socket_.get_executor()) {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

// The timer is moved only to an earlier time; when it fires too early, it is set again. So a
// connection that goes well costs hardly any work on timers.
void SocketLine::SetDeadline(Clock::time_point deadline) {
  timed_out_ = false;
  deadline_ = deadline;
  if (deadline_ < timer_at_) ArmTimer();
}

void SocketLine::ArmTimer() {
  timer_at_ = deadline_;
  timer_.expires_at(timer_at_);
  timer_.async_wait([self = weak_from_this(), at = timer_at_](const error_code& error) {
    const auto line = self.lock();
    if (error || !line || line->timer_at_ != at) return;
    line->timer_at_ = Clock::time_point::max();
    if (line->deadline_ == Clock::time_point::max()) return;
    if (line->deadline_ > Clock::now()) return line->ArmTimer();
    line->timed_out_ = true;
    error_code ignored;
    line->socket_.cancel(ignored);
  });
}

Task<bool> SocketLine::Receive(size_t most_bytes, Clock::time_point deadline) {
  SetDeadline(deadline);
  const IoResult result = co_await AwaitIo([this, most_bytes](auto done) {
    socket_.async_read_some(buffer_.prepare(most_bytes), std::move(done));
  });
  ClearDeadline();
  if (!result.error) buffer_.commit(result.bytes);
  co_return !result.error;
}

Task<bool> SocketLine::Write(std::array<std::string_view, 3> pieces, Clock::time_point deadline) {
  std::array<asio::const_buffer, 3> buffers;
  for (size_t i = 0; i < pieces.size(); ++i) {
    buffers[i] = asio::const_buffer(pieces[i].data(), pieces[i].size());
  }
  SetDeadline(deadline);
  const IoResult result = co_await AwaitIo(
      [this, &buffers](auto done) { asio::async_write(socket_, buffers, std::move(done)); });
  ClearDeadline();
  co_return !result.error;
}

std::string_view SocketLine::Received() const {
  const auto data = buffer_.data();
  return {static_cast<const char*>(data.data()), data.size()};
}

void SocketLine::ReleaseMemory() {
  if (buffer_.size() == 0 && buffer_.capacity() > 4 * 1024) buffer_.shrink_to_fit();
}

bool SocketLine::HasUnseenBytes() {
  error_code error;
  return socket_.available(error) > 0;
}

void SocketLine::EndSending() {
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void SocketLine::Close() {
  error_code ignored;
  socket_.close(ignored);
}

void SocketLine::WatchForEnd(std::function<void()> gone) {
  socket_.async_wait(asio::ip::tcp::socket::wait_read,
                     [self = weak_from_this(), gone = std::move(gone)](const error_code& error) {
                       const auto line = self.lock();
                       if (error || !line) return;
                       char byte = 0;
                       const auto got =
                           ::recv(line->socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
                       if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) gone();
                     });
}

std::string SocketLine::PeerAddress() const {
  error_code error;
  const auto address = socket_.remote_endpoint(error).address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace tapmask::api
