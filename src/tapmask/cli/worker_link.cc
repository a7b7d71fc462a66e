// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/worker_link.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace tapmask {
namespace {

constexpr size_t kMostBytes = size_t{8} << 20;

}  // namespace

bool WorkerLink::Send(const std::string& text) {
  const char* at = text.c_str();
  size_t left = text.size() + 1;  // With its NUL.
  while (left > 0 && !is_closed_) {
    const ssize_t sent = ::send(socket_.get(), at, left, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      is_closed_ = true;
      break;
    }
    at += sent;
    left -= static_cast<size_t>(sent);
  }
  return !is_closed_;
}

std::optional<std::string> WorkerLink::Receive(std::chrono::milliseconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  while (true) {
    const size_t end = buffer_.find('\0');
    if (end != std::string::npos) {
      std::string text = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return text;
    }
    if (is_closed_) return std::nullopt;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd wait{socket_.get(), POLLIN, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(std::max<int64_t>(0, left.count())));
    if (ready == 0) return std::nullopt;
    if (ready < 0) {
      if (errno == EINTR) continue;
      is_closed_ = true;
      continue;
    }
    std::array<char, 1 << 14> bytes{};
    const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || buffer_.size() > kMostBytes) is_closed_ = true;
    if (count > 0) buffer_.append(bytes.data(), static_cast<size_t>(count));
  }
}

}  // namespace tapmask
