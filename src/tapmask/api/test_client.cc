// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/test_client.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdlib>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tapmask::api {
namespace {

constexpr int kPatienceMs = 20'000;

}  // namespace

TestClient::TestClient(uint16_t port, std::optional<int> receive_buffer_bytes) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer_bytes) {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &*receive_buffer_bytes, sizeof(int));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int rc = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  EXPECT_EQ(rc, 0) << "cannot connect: " << errno;
}

TestClient::~TestClient() {
  Close();
}
TestClient::TestClient(TestClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}

void TestClient::Close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

void TestClient::EndSending() {
  ::shutdown(socket_, SHUT_WR);
}

bool TestClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool TestClient::Receive() {
  pollfd waiting{socket_, POLLIN, 0};
  if (::poll(&waiting, 1, kPatienceMs) <= 0) {
    ADD_FAILURE() << "nothing came from the server";
    return false;
  }
  std::string piece(64 * 1024, '\0');
  const ssize_t got = ::recv(socket_, piece.data(), piece.size(), 0);
  if (got <= 0) return false;
  received_.append(piece, 0, static_cast<size_t>(got));
  return true;
}

std::string TestClient::TakeChunked() {
  std::string body;
  while (true) {
    size_t end = received_.find("\r\n");
    while (end == std::string::npos) {
      if (!Receive()) return body + "[cut off]";
      end = received_.find("\r\n");
    }
    const size_t size = std::strtoul(received_.c_str(), nullptr, 16);
    while (received_.size() < end + 2 + size + 2) {
      if (!Receive()) return body + "[cut off]";
    }
    body.append(received_, end + 2, size);
    received_.erase(0, end + 2 + size + 2);
    if (size == 0) return body;
  }
}

TestClient::Answer TestClient::Read(bool has_body) {
  Answer answer;
  size_t end = received_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!Receive()) {
      ADD_FAILURE() << "no whole answer, but: " << received_;
      return answer;
    }
    end = received_.find("\r\n\r\n");
  }
  std::string_view head = std::string_view(received_).substr(0, end + 2);
  const size_t line = head.find("\r\n");
  if (!head.starts_with("HTTP/1.1 ")) {
    ADD_FAILURE() << "no HTTP: " << head;
    return answer;
  }
  answer.status = std::atoi(std::string(head.substr(9, 3)).c_str());
  head.remove_prefix(line + 2);
  while (!head.empty()) {
    const size_t field_end = head.find("\r\n");
    const std::string_view field = head.substr(0, field_end);
    const size_t colon = field.find(':');
    answer.headers.Add(std::string(field.substr(0, colon)),
                       std::string(Trimmed(field.substr(colon + 1))));
    head.remove_prefix(field_end + 2);
  }
  received_.erase(0, end + 4);
  if (!has_body || answer.status < 200 || answer.status == 204 || answer.status == 304)
    return answer;
  if (answer.headers.Get("Transfer-Encoding") == "chunked") {
    answer.body = TakeChunked();
  } else if (const auto length = answer.headers.Get("Content-Length")) {
    const size_t bytes = std::strtoul(std::string(*length).c_str(), nullptr, 10);
    while (received_.size() < bytes && Receive()) {
    }
    EXPECT_GE(received_.size(), bytes) << "the answer was cut off";
    answer.body = received_.substr(0, bytes);
    received_.erase(0, bytes);
  } else {
    answer.body = ReadAll();
  }
  return answer;
}

std::string TestClient::ReadUntil(std::string_view text) {
  while (received_.find(text) == std::string::npos) {
    if (!Receive()) break;
  }
  return received_;
}

bool TestClient::IsClosed() {
  if (!received_.empty()) return false;
  return !Receive() && received_.empty();
}

std::string TestClient::ReadAll() {
  while (Receive()) {
  }
  return std::exchange(received_, {});
}

std::string TestClient::Answer::code() const {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  return json.is_object() ? json.value("code", "") : "";
}

}  // namespace tapmask::api
