// SPDX-License-Identifier: Apache-2.0
#pragma once

// For connection.cc and request_reader.cc only.

#include <memory>
#include <optional>

#include "tapmask/api/http_message.h"
#include "tapmask/api/limits.h"
#include "tapmask/api/socket_line.h"

namespace tapmask::api {

// Reads one request after the other from a line: first the head, then, as a BodyReader, its body.
// Between two requests the body must be at its end.
class RequestReader final : public BodyReader {
 public:
  // Both must outlive the reader.
  RequestReader(SocketLine& line, const Limits& limits);
  ~RequestReader() override;

  // Waits for a whole head and sets method, target and headers of `request`. False: the client
  // has closed, or was idle too long, and waits for no answer. Throws HttpError for a head that is
  // malformed, too large or too slow; then nothing more may be read from the line.
  Task<bool> ReadHead(Request& request);
  // Waits for the first byte of a request.
  bool is_idle() const { return is_idle_; }

  // Of the request in hand.
  bool is_http_1_0() const;
  // By its method on the wire, whatever X-HTTP-Method-Override says: its answer has no body.
  bool is_head() const { return is_head_; }
  bool wants_keep_alive() const;
  void SetBodyLimit(int64_t limit_bytes) { limit_bytes_ = limit_bytes; }

  Task<size_t> Read(std::span<char> out) override;
  std::optional<int64_t> length_bytes() const override { return length_; }

  bool is_at_end() const;
  bool has_failed() const { return has_failed_; }
  // Whether the rest of the body is worth reading to keep the connection.
  bool CanDiscard() const;
  Task<bool> Discard();

 private:
  class Parser;

  size_t FindHeadEnd(size_t& scanned) const;
  void ParseHead(size_t size, Request& request);
  void BeginBody(const Request& request);
  std::optional<size_t> ParseBody(std::span<char> out);
  Task<void> ReceiveBody();
  [[noreturn]] void Fail(int status, std::string code, std::string detail);

  SocketLine& line_;
  const Limits& limits_;
  std::unique_ptr<Parser> parser_;  // Of the request in hand.
  bool is_first_ = true;
  bool is_idle_ = true;
  bool is_head_ = false;

  // The body's.
  std::optional<int64_t> length_;
  int64_t limit_bytes_ = 0;
  int64_t read_bytes_ = 0;
  SocketLine::Clock::duration waited_{};
  bool waits_for_continue_ = false;
  bool has_failed_ = false;
};

}  // namespace tapmask::api
