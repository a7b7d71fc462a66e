// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/request_reader.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <utility>

#include <fmt/format.h>

#include "tapmask/api/error_response.h"
#include "tapmask/api/request_head.h"

namespace tapmask::api {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr size_t kBodyPieceBytes = 64 * 1024;
// What one line between chunks, or the fields after the last, may have.
constexpr size_t kMostChunkHeadBytes = 16 * 1024;
// So much of a body that the handler did not want is read away to keep the connection.
constexpr int64_t kMostDiscardedBytes = 64 * 1024;

}  // namespace

class RequestReader::Parser final : public http::request_parser<http::buffer_body> {};

RequestReader::RequestReader(SocketLine& line, const Limits& limits)
    : line_(line), limits_(limits) {}
RequestReader::~RequestReader() = default;

bool RequestReader::is_http_1_0() const {
  return parser_ && parser_->get().version() == 10;
}
bool RequestReader::wants_keep_alive() const {
  return parser_ && parser_->keep_alive();
}
bool RequestReader::is_at_end() const {
  return parser_ && parser_->is_done();
}

size_t RequestReader::FindHeadEnd(size_t& scanned) const {
  const std::string_view text = line_.Received();
  for (size_t at = text.find('\n', scanned); at != std::string_view::npos;
       at = text.find('\n', scanned)) {
    scanned = at + 1;
    if (at == 0 || text[at - 1] != '\r') {
      throw HttpError(400, "bad_request", "A line of the header does not end in CR LF.");
    }
    if (at >= 3 && text[at - 2] == '\n') return at + 1;
  }
  if (text.size() > limits_.header_bytes) {
    if (text.find('\n') == std::string_view::npos) {
      throw HttpError(414, "uri_too_long", "The address is too long.");
    }
    throw HttpError(431, "headers_too_large", "The request's header is too large.");
  }
  scanned = text.size();
  return 0;
}

Task<bool> RequestReader::ReadHead(Request& request) {
  parser_.reset();
  has_failed_ = false;
  is_head_ = false;
  is_idle_ = line_.Received().empty();
  line_.ReleaseMemory();
  const bool is_first = std::exchange(is_first_, false);
  auto deadline =
      SocketLine::Clock::now() + (is_idle_ && !is_first ? limits_.idle_time : limits_.header_time);
  size_t scanned = 0;
  while (true) {
    // An empty line before a request is what some clients end the one before with.
    while (scanned <= 1 && line_.Received().starts_with("\r\n")) {
      line_.Consume(2);
      scanned = 0;
    }
    const size_t size = FindHeadEnd(scanned);
    if (size > 0) {
      is_idle_ = false;
      ParseHead(size, request);
      BeginBody(request);
      co_return true;
    }
    // One byte over the limit tells a header that is too large from one that is not whole.
    const size_t room = limits_.header_bytes + 1 - line_.Received().size();
    const bool has_more =
        co_await line_.Receive(std::min<size_t>(room, is_idle_ ? 1'024 : 4'096), deadline);
    if (!has_more && line_.timed_out() && !line_.Received().empty()) {
      throw HttpError(408, "request_timeout", "The request's header came too slowly.");
    }
    if (!has_more) co_return false;
    if (std::exchange(is_idle_, false) && !is_first) {
      deadline = SocketLine::Clock::now() + limits_.header_time;
    }
  }
}

void RequestReader::ParseHead(size_t size, Request& request) {
  const std::string_view head = line_.Received().substr(0, size);
  CheckRequestHead(head, limits_);
  parser_ = std::make_unique<Parser>();
  parser_->body_limit(boost::none);  // Counted here.
  parser_->header_limit(static_cast<std::uint32_t>(size + 1));
  error_code error;
  const size_t used = parser_->put(asio::const_buffer(head.data(), head.size()), error);
  if ((error && error != http::error::need_more) || !parser_->is_header_done() || used != size) {
    throw HttpError(400, "bad_request", "The request's header is malformed.");
  }
  const auto& message = parser_->get();
  request.method =
      MethodFrom(std::string_view(message.method_string().data(), message.method_string().size()));
  is_head_ = request.method == Method::kHead;
  request.target = message.target();
  for (const auto& field : message) {
    request.headers.Add(field.name_string(), std::string(field.value()));
  }
  line_.Consume(size);
}

void RequestReader::BeginBody(const Request& request) {
  length_ = std::nullopt;
  if (!parser_->chunked()) length_ = static_cast<int64_t>(parser_->content_length().value_or(0));
  limit_bytes_ = 0;
  read_bytes_ = 0;
  waited_ = {};
  const auto expect = request.headers.Get("Expect");
  waits_for_continue_ =
      expect && EqualIgnoringCase(*expect, "100-continue") && !is_http_1_0() && !parser_->is_done();
}

void RequestReader::Fail(int status, std::string code, std::string detail) {
  has_failed_ = true;
  throw HttpError(status, std::move(code), std::move(detail));
}

// Of what was received. Nothing: more must come first.
std::optional<size_t> RequestReader::ParseBody(std::span<char> out) {
  while (!line_.Received().empty() && !parser_->is_done()) {
    auto& into = parser_->get().body();
    into.data = out.data();
    into.size = out.size();
    into.more = true;
    error_code error;
    const std::string_view bytes = line_.Received();
    const size_t used = parser_->put(asio::const_buffer(bytes.data(), bytes.size()), error);
    line_.Consume(used);
    if (error && error != http::error::need_more && error != http::error::need_buffer) {
      Fail(400, "bad_request", "The request's body is malformed.");
    }
    const size_t got = out.size() - into.size;
    if (got > 0) return got;
    if (used == 0) break;
  }
  if (parser_->is_done()) return 0;
  return std::nullopt;
}

Task<void> RequestReader::ReceiveBody() {
  if (line_.Received().size() > kMostChunkHeadBytes) {
    Fail(400, "bad_request", "The request's body is malformed.");
  }
  // How long we wait for the client in all is bounded by what it has sent.
  const auto whole =
      limits_.body_time + milliseconds(read_bytes_ * 1'000 / limits_.body_bytes_per_second);
  const auto begun = SocketLine::Clock::now();
  const auto most = std::min<SocketLine::Clock::duration>(limits_.body_stall_time, whole - waited_);
  const bool has_more = co_await line_.Receive(kBodyPieceBytes, begun + most);
  waited_ += SocketLine::Clock::now() - begun;
  if (has_more) co_return;
  if (line_.timed_out()) Fail(408, "request_timeout", "The request's body came too slowly.");
  Fail(400, "bad_request", "The request's body was cut off.");
}

Task<size_t> RequestReader::Read(std::span<char> out) {
  if (std::exchange(waits_for_continue_, false)) {
    const bool was_sent = co_await line_.Write({"HTTP/1.1 100 Continue\r\n\r\n", {}, {}},
                                               SocketLine::Clock::now() + limits_.write_time);
    if (!was_sent) Fail(400, "bad_request", "The request's body was cut off.");
  }
  while (true) {
    const std::optional<size_t> got = ParseBody(out);
    if (got) {
      read_bytes_ += static_cast<int64_t>(*got);
      if (read_bytes_ > limit_bytes_) {
        Fail(413, "body_too_large",
             fmt::format("The request's body is too large: at most {} bytes.", limit_bytes_));
      }
      co_return *got;
    }
    co_await ReceiveBody();
  }
}

bool RequestReader::CanDiscard() const {
  if (!parser_ || has_failed_) return false;
  if (parser_->is_done()) return true;
  // A client that was not told to go on may send its body or not: nobody knows what comes next.
  return length_ && *length_ - read_bytes_ <= kMostDiscardedBytes && !waits_for_continue_;
}

Task<bool> RequestReader::Discard() {
  limit_bytes_ = read_bytes_ + kMostDiscardedBytes;
  std::array<char, 4 * 1024> piece;
  try {
    size_t got = 1;
    while (got > 0 && !parser_->is_done()) got = co_await Read(piece);
  } catch (const Error&) {
    co_return false;
  }
  co_return true;
}

}  // namespace tapmask::api
