// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/connection.h"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "tapmask/api/error_response.h"
#include "tapmask/api/request_reader.h"
#include "tapmask/api/response_head.h"
#include "tapmask/api/socket_line.h"
#include "tapmask/core/id.h"

namespace tapmask::api {
namespace {

using SteadyClock = SocketLine::Clock;

constexpr size_t kLinePieceBytes = 64 * 1024;

class HttpConnection final : public Connection,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(boost::asio::ip::tcp::socket socket, const Dispatcher& dispatcher,
                 const Limits& limits, const OnAccess& on_access)
      : line_(std::make_shared<SocketLine>(std::move(socket))),
        dispatcher_(dispatcher),
        limits_(limits),
        on_access_(on_access),
        reader_(*line_, limits) {}

  Task<void> Run() override;
  void Drain() override;
  void Close() override;

 private:
  // False: the connection is to be closed.
  Task<bool> ServeOne();
  Task<Response> AnswerTo(Request& request, Dispatcher::Plan& plan);
  Task<std::optional<Response>> ReadText(Request& request);
  bool MayKeep(const Response& response) const;
  // Of what cannot be sent, `response` becomes an error.
  std::string PrepareHead(Response& response, const Request& request, bool keep_alive) const;
  // False: the client does not have all of it.
  Task<bool> Send(const std::string& head, const Response& response, const Request& request);
  Task<bool> SendSource(BodySource& source, const Framing& framing);
  Task<bool> SendEvents(EventSource& source, bool is_chunked);
  Task<bool> SendPiece(std::string_view data, bool is_chunked);
  Task<void> Linger();

  const std::shared_ptr<SocketLine> line_;
  const Dispatcher& dispatcher_;
  const Limits& limits_;
  const OnAccess& on_access_;
  RequestReader reader_;
  std::stop_source stop_;
  bool is_draining_ = false;
};

void HttpConnection::Close() {
  stop_.request_stop();
  line_->Close();
}

void HttpConnection::Drain() {
  is_draining_ = true;
  stop_.request_stop();
  // A request that has come but was not looked at yet is still answered.
  if (reader_.is_idle() && !line_->HasUnseenBytes()) Close();
}

Task<void> HttpConnection::Run() {
  try {
    bool is_open = true;
    while (is_open) {
      is_open = co_await ServeOne();
      if (is_draining_ && line_->Received().empty()) is_open = false;
    }
  } catch (...) {  // No memory. The connection ends; the others go on.
  }
  Close();
}

Task<bool> HttpConnection::ServeOne() {
  Request request;
  Dispatcher::Plan plan;
  std::exception_ptr refused;
  bool has_come = false;
  try {
    has_come = co_await reader_.ReadHead(request);
  } catch (...) {
    refused = std::current_exception();
  }
  if (!has_come && !refused) co_return false;

  const auto begun = SteadyClock::now();
  Response response;
  if (refused) {
    request.id = NewUuid();
    response = dispatcher_.Failed(refused, request.id);
  } else {
    request.peer_address = line_->PeerAddress();
    request.stop = stop_.get_token();
    plan = dispatcher_.Begin(request);
    response = co_await AnswerTo(request, plan);
  }
  const bool keep_alive = !refused && MayKeep(response);
  const std::string head = PrepareHead(response, request, keep_alive);
  Access access{request.method,  plan.route ? std::string_view(plan.route->pattern) : "",
                response.status, {},
                request.id,      true};
  access.was_sent = co_await Send(head, response, request);
  access.took = SteadyClock::now() - begun;
  if (on_access_) on_access_(access);
  if (!access.was_sent) co_return false;
  if (!keep_alive) {
    co_await Linger();
    co_return false;
  }
  co_return co_await reader_.Discard();
}

Task<Response> HttpConnection::AnswerTo(Request& request, Dispatcher::Plan& plan) {
  if (!plan.answer) plan.answer = Dispatcher::RefuseBody(plan, reader_.length_bytes());
  if (plan.answer) co_return std::move(*plan.answer);
  reader_.SetBodyLimit(plan.route->body_limit_bytes);
  if (plan.route->body == Body::kText) {
    std::optional<Response> refused = co_await ReadText(request);
    if (refused) co_return std::move(*refused);
  } else {
    request.body_reader = &reader_;
  }
  co_return co_await dispatcher_.Answer(plan, request);
}

Task<std::optional<Response>> HttpConnection::ReadText(Request& request) {
  std::exception_ptr failure;
  try {
    std::array<char, 4 * 1024> piece;
    while (true) {
      const size_t got = co_await reader_.Read(piece);
      if (got == 0) break;
      request.body.append(piece.data(), got);
    }
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) co_return dispatcher_.Failed(failure, request.id);
  co_return std::nullopt;
}

bool HttpConnection::MayKeep(const Response& response) const {
  if (is_draining_ || !reader_.wants_keep_alive() || !reader_.CanDiscard()) return false;
  if (std::holds_alternative<std::unique_ptr<EventSource>>(response.body)) return false;
  return reader_.is_head() ||
         FramingOf(response, reader_.is_http_1_0()).kind != Framing::Kind::kUntilClose;
}

// Closing while the client still sends would make its system throw our answer away.
Task<void> HttpConnection::Linger() {
  line_->EndSending();
  const auto deadline = SteadyClock::now() + limits_.linger_time;
  bool is_open = true;
  while (is_open) {
    line_->Consume(line_->Received().size());
    is_open = co_await line_->Receive(kLinePieceBytes, deadline);
  }
}

std::string HttpConnection::PrepareHead(Response& response, const Request& request,
                                        bool keep_alive) const {
  const bool is_http_1_0 = reader_.is_http_1_0();
  dispatcher_.Finish(response, request);
  try {
    return ResponseHead(response, FramingOf(response, is_http_1_0), keep_alive);
  } catch (...) {
    response = dispatcher_.Failed(std::current_exception(), request.id);
  }
  dispatcher_.Finish(response, request);
  return ResponseHead(response, FramingOf(response, is_http_1_0), keep_alive);
}

Task<bool> HttpConnection::Send(const std::string& head, const Response& response,
                                const Request& request) {
  const Framing framing = FramingOf(response, reader_.is_http_1_0());
  const bool has_body = framing.kind != Framing::Kind::kNoBody && !reader_.is_head();
  const auto* text = std::get_if<std::string>(&response.body);
  std::string_view rest = text && has_body ? std::string_view(*text) : std::string_view();
  const std::string_view first = rest.substr(0, kLinePieceBytes);
  rest.remove_prefix(first.size());
  const bool is_begun =
      co_await line_->Write({head, first, {}}, SteadyClock::now() + limits_.write_time);
  if (!is_begun || !has_body) co_return is_begun;
  while (!rest.empty()) {
    const std::string_view piece = rest.substr(0, kLinePieceBytes);
    const bool was_sent = co_await SendPiece(piece, false);
    if (!was_sent) co_return false;
    rest.remove_prefix(piece.size());
  }
  if (text) co_return true;
  try {
    if (const auto* source = std::get_if<std::unique_ptr<BodySource>>(&response.body)) {
      co_return co_await SendSource(**source, framing);
    }
    EventSource& events = *std::get<std::unique_ptr<EventSource>>(response.body);
    co_return co_await SendEvents(events, framing.kind == Framing::Kind::kChunked);
  } catch (...) {
    // The status is out: only a cut connection can tell the client. The log is told.
    (void)dispatcher_.Failed(std::current_exception(), request.id);
    co_return false;
  }
}

Task<bool> HttpConnection::SendPiece(std::string_view data, bool is_chunked) {
  const std::string size = is_chunked ? fmt::format("{:x}\r\n", data.size()) : std::string();
  co_return co_await line_->Write({size, data, is_chunked ? "\r\n" : ""},
                                  SteadyClock::now() + limits_.write_time);
}

Task<bool> HttpConnection::SendSource(BodySource& source, const Framing& framing) {
  const bool is_chunked = framing.kind == Framing::Kind::kChunked;
  const bool has_length = framing.kind == Framing::Kind::kLength;
  std::string piece(kLinePieceBytes, '\0');
  int64_t left = framing.length_bytes;
  while (!has_length || left > 0) {
    const size_t most = has_length ? static_cast<size_t>(std::min<int64_t>(left, kLinePieceBytes))
                                   : kLinePieceBytes;
    const size_t got = co_await source.Read(std::span(piece.data(), most));
    if (got == 0) break;
    left -= static_cast<int64_t>(got);
    const bool was_sent = co_await SendPiece(std::string_view(piece.data(), got), is_chunked);
    if (!was_sent) co_return false;
  }
  if (has_length) co_return left == 0;
  if (!is_chunked) co_return true;
  co_return co_await SendPiece({}, true);
}

Task<bool> HttpConnection::SendEvents(EventSource& source, bool is_chunked) {
  // Without this, that the client has gone would be noticed only at the next event.
  line_->WatchForEnd([self = weak_from_this()] {
    if (const auto connection = self.lock()) connection->stop_.request_stop();
  });
  while (!stop_.stop_requested()) {
    const EventSource::Next next = co_await source.Wait(limits_.event_time, stop_.get_token());
    if (std::holds_alternative<EventSource::End>(next)) break;
    const auto* event = std::get_if<Event>(&next);
    if (!event && stop_.stop_requested()) break;
    const std::string text = event ? EventText(*event) : ":\n\n";
    const bool was_sent = co_await SendPiece(text, is_chunked);
    if (!was_sent) co_return false;
  }
  if (!is_chunked) co_return true;
  co_return co_await SendPiece({}, true);
}

}  // namespace

std::shared_ptr<Connection> MakeConnection(boost::asio::ip::tcp::socket socket,
                                           const Dispatcher& dispatcher, const Limits& limits,
                                           const OnAccess& on_access) {
  return std::make_shared<HttpConnection>(std::move(socket), dispatcher, limits, on_access);
}

}  // namespace tapmask::api
