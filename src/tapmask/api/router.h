// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tapmask/api/http_message.h"

namespace tapmask::api {

// A handler throws tapmask::Error or HttpError for every answer that is an error.
//
// The request lives until the handler is done, not until the answer is sent. What a lambda that is
// a coroutine has captured lives as long as the route table.
using AsyncHandler =
    std::function<Task<Response>(Request&)>;  // On the connection's thread: never blocks.
using BlockingHandler =
    std::function<Response(Request&)>;  // In the pool: may block, may not stream.

// Which credentials a route takes. None: it looks at no credential; kLink: the handler checks the
// link's signature itself. Several may be joined by |.
enum class Security : unsigned { kNone = 0, kSession = 1, kKey = 2, kLink = 4, kSessionOrKey = 3 };
constexpr bool Takes(Security all, Security one) {
  return (static_cast<unsigned>(all) & static_cast<unsigned>(one)) != 0;
}

enum class Body {
  kText,    // Read whole into Request::body before the handler is called. At most 16 MB.
  kStream,  // The handler reads Request::body_reader. Needs an AsyncHandler.
};

// Of a route whose limit is not its own, but the account's tier's.
constexpr int64_t kNoBodyLimit = 9'007'199'254'740'991;

struct Route {
  Method method = Method::kGet;
  // "/api/v1/jobs/{id}/masks/{frame}.png": a segment has at most one parameter, which takes at
  // least one character and no slash; "{path...}" as the last segment takes all that is left.
  std::string pattern;
  std::string operation_id;
  int64_t body_limit_bytes = 0;  // 0: takes no body.
  Body body = Body::kText;
  Security security = Security::kSessionOrKey;
  // A POST with X-HTTP-Method-Override of this route's method is taken for that method.
  bool takes_method_override = false;
  std::variant<AsyncHandler, BlockingHandler> handler;
  // Before an AsyncHandler, in the pool, at once with looking for the caller: the answer, when it
  // needs no waiting, else nothing. Saves what is asked most a way to the pool and back. May be
  // empty.
  std::function<std::optional<Response>(Request&)> at_once;
};

// All routes of a server. Made once, then only read, from any thread.
class RouteTable {
 public:
  // Throws std::logic_error for what can only be a mistake in the source: a malformed pattern,
  // the same method and path twice, an operationId twice, a stream with a blocking handler.
  void Add(Route route);

  // Every answer to a path that `pattern` fits has this header field, also one that no handler
  // makes. Throws std::logic_error for a malformed pattern.
  void AddHeader(const std::string& pattern, std::string name, std::string value);
  // Those of a path, which is still encoded.
  Headers HeadersFor(std::string_view path) const;

  struct Match {
    const Route* route = nullptr;  // Null: see `allowed`.
    // Decoded parameters of the path.
    std::map<std::string, std::string, std::less<>> path_parameters;
    // The methods that the path has, for Allow; empty: there is no such path.
    std::vector<Method> allowed;
  };
  // Where several patterns fit, fixed text goes before parameters, from the left. HEAD finds the
  // route of GET, if it has none of its own. `path` is still encoded; a segment that is malformed,
  // ".." or has an encoded slash fits nothing.
  Match Find(Method method, std::string_view path) const;

  // One line a route, "METHOD /path operationId body-limit security", sorted, as scripts/check_api
  // prints those of the description: "{path...}" is written "{path}", `security` is "none" or words
  // joined by |, e.g. "session|key".
  std::string Lines() const;

 private:
  struct Segment {
    enum class Kind { kText, kMixed, kParameter, kRest };
    Kind kind = Kind::kText;
    std::string before, name, after;  // `before` is the text of kText.
  };
  struct Entry {
    Route route;
    std::vector<Segment> segments;
  };
  struct CommonHeader {
    std::vector<Segment> segments;
    std::string name, value;
  };
  static Segment ParseSegment(std::string_view text, const std::string& pattern);
  static std::vector<Segment> ParsePattern(const std::string& pattern);
  static bool Fits(const std::vector<Segment>& segments, const std::vector<std::string>& path,
                   std::map<std::string, std::string, std::less<>>& parameters);
  static bool IsMoreSpecific(const Entry& a, const Entry& b);

  // The more specific first.
  std::vector<std::unique_ptr<const Entry>> entries_;
  std::vector<CommonHeader> headers_;
};

}  // namespace tapmask::api
