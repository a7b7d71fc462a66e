// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests: a client that sends bytes as they are, and reads answers.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tapmask/api/http_message.h"

namespace tapmask::api {

class TestClient {
 public:
  // To 127.0.0.1. A receive buffer of so many bytes, to be a slow reader.
  explicit TestClient(uint16_t port, std::optional<int> receive_buffer_bytes = std::nullopt);
  ~TestClient();
  TestClient(TestClient&& other) noexcept;
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  // False when the server has closed.
  bool Send(std::string_view bytes);
  void EndSending();  // Closes our side only.
  void Close();

  struct Answer {
    int status = 0;
    Headers headers;
    std::string body;
    std::string code() const;  // Of a problem document; empty: it is none.
  };
  // The next answer, also one of several in line. Fails the test and returns status 0 when the
  // server closes before its end, sends no HTTP, or nothing for 20 s.
  Answer Read(bool has_body = true);
  // Until so many bytes or a text has come; all that was received.
  std::string ReadUntil(std::string_view text);
  // True when the server has closed, and nothing more came before.
  bool IsClosed();
  // All until the server closes.
  std::string ReadAll();

 private:
  // False at the end.
  bool Receive();
  std::string TakeChunked();

  int socket_ = -1;
  std::string received_;
};

}  // namespace tapmask::api
