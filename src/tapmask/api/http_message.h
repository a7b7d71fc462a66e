// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tapmask/api/caller.h"
#include "tapmask/api/task.h"

namespace tapmask::api {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };
std::string_view MethodName(Method method);  // "GET"; "OTHER" for kOther.
Method MethodFrom(std::string_view name);    // Case counts, as in HTTP.

// Header fields in their order; names are compared without regard to case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  void Add(std::string name, std::string value);
  void Set(std::string_view name, std::string value);  // Instead of all of that name.
  void Remove(std::string_view name);
  // The first one. The view holds until the headers change.
  std::optional<std::string_view> Get(std::string_view name) const;
  bool Has(std::string_view name) const { return Get(name).has_value(); }
  std::vector<std::string_view> All(std::string_view name) const;
  const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

bool EqualIgnoringCase(std::string_view a, std::string_view b);  // Of ASCII letters.
std::string_view Trimmed(std::string_view text);                 // Without blanks and tabs around.

// The body of a request as it comes in, for routes that take Body::kStream. Memory does not depend
// on its length.
class BodyReader {
 public:
  virtual ~BodyReader() = default;

  // Waits for bytes and puts at least one into `out`, which must not be empty; 0 is the end.
  //
  // Throws HttpError when the rest will not come: 400 cut off (also when the server's time to stop
  // is over) or malformed, 408 too slow, 413 over the route's limit. What came before is good.
  // After that, and after 0, it is not called again.
  virtual Task<size_t> Read(std::span<char> out) = 0;

  // What Content-Length says; nothing for a chunked body.
  virtual std::optional<int64_t> length_bytes() const = 0;
};

struct Request {
  Method method = Method::kGet;
  std::string target;  // As it was sent, "/api/v1/jobs?limit=5". May hold secrets: not for logs.
  std::string path;    // "/api/v1/jobs", still percent-encoded.
  std::vector<std::pair<std::string, std::string>> query;  // Decoded, in order.
  Headers headers;
  std::string body;                   // Of routes with Body::kText.
  BodyReader* body_reader = nullptr;  // Of routes with Body::kStream; lives until the answer.
  std::map<std::string, std::string, std::less<>> path_parameters;  // Decoded.
  std::string peer_address;  // "127.0.0.1", "::1"; behind a trusted proxy, its client's.
  std::string id;            // Made here; also the answer's X-Request-Id.
  std::shared_ptr<const Caller> caller;  // Null only on routes that need no credential.
  // The server is about to stop: whoever waits for something to happen should answer now.
  std::stop_token stop;

  // The first parameter of that name in the query; nothing when there is none.
  std::optional<std::string> Query(std::string_view name) const;
  // One of the pattern's; throws std::logic_error when the pattern has none of that name.
  const std::string& PathParameter(std::string_view name) const;
};

// The body of an answer that is made piece by piece: a file, a list.
class BodySource {
 public:
  virtual ~BodySource() = default;

  // Nothing: not known before its end; it is sent chunked.
  virtual std::optional<int64_t> length_bytes() const = 0;
  // Puts at least one byte into `out`; 0 is the end. By then the status is sent, so an exception
  // (or an end before the length) cuts the connection, which the client can tell from an end.
  virtual Task<size_t> Read(std::span<char> out) = 0;
};

// One server-sent event.
struct Event {
  std::string name;  // "message" when empty.
  std::string data;  // May have several lines.
  std::string id;    // Empty: none.
};

// What an event stream sends. Belongs to one connection.
class EventSource {
 public:
  virtual ~EventSource() = default;

  struct End {};
  struct Nothing {};  // For now; the server sends a comment, so that both ends see the line is up.
  using Next = std::variant<Event, Nothing, End>;

  // Waits at most `at_most` for an event. `stop`: the client has gone or the server stops; return
  // soon. An exception ends the stream.
  virtual Task<Next> Wait(std::chrono::milliseconds at_most, std::stop_token stop) = 0;
};

struct Response {
  int status = 200;  // [200, 599]
  Headers headers;  // Without Content-Length, Transfer-Encoding, Connection and Date: the server's.
  std::variant<std::string, std::unique_ptr<BodySource>, std::unique_ptr<EventSource>> body;

  static Response Empty(int status = 204);
  static Response Text(std::string text, std::string content_type = "text/plain; charset=utf-8");
  static Response Json(std::string json, int status = 200);  // `json` is the serialised text.
  static Response Events(std::unique_ptr<EventSource> source);
};

}  // namespace tapmask::api
