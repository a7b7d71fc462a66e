// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/router.h"

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "tapmask/api/request_head.h"

namespace tapmask::api {
namespace {

constexpr int64_t kMostTextBytes = 16 * 1024 * 1024;

std::vector<std::string_view> Split(std::string_view path) {
  std::vector<std::string_view> parts;
  path.remove_prefix(1);  // The first slash.
  while (true) {
    const size_t slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

// Segments of a request's path, decoded; nothing when one of them could mean something else to
// whoever makes a file name of it.
std::optional<std::vector<std::string>> DecodedSegments(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  std::vector<std::string> segments;
  for (const std::string_view part : Split(path)) {
    std::optional<std::string> segment = PercentDecoded(part);
    if (!segment || *segment == "." || *segment == ".." ||
        segment->find_first_of("/\\") != std::string::npos) {
      return std::nullopt;
    }
    segments.push_back(std::move(*segment));
  }
  return segments;
}

std::string SecurityText(Security security) {
  std::string text;
  const auto add = [&](Security one, std::string_view name) {
    if (!Takes(security, one)) return;
    if (!text.empty()) text += '|';
    text += name;
  };
  add(Security::kSession, "session");
  add(Security::kKey, "key");
  add(Security::kLink, "link");
  return text.empty() ? "none" : text;
}

// As the description of the interface writes it, which has no sign for "all that is left".
std::string DescribedPath(std::string pattern) {
  const size_t dots = pattern.find("...}");
  if (dots != std::string::npos) pattern.erase(dots, 3);
  return pattern;
}

[[noreturn]] void Mistake(const Route& route, std::string_view what) {
  throw std::logic_error(
      fmt::format("route {} {}: {}", MethodName(route.method), route.pattern, what));
}

}  // namespace

RouteTable::Segment RouteTable::ParseSegment(std::string_view text, const std::string& pattern) {
  const auto fail = [&] { throw std::logic_error("the pattern " + pattern + " is malformed"); };
  const size_t open = text.find('{');
  if (open == std::string_view::npos) {
    if (text.find('}') != std::string_view::npos) fail();
    return {Segment::Kind::kText, std::string(text), {}, {}};
  }
  const size_t close = text.find('}', open);
  if (close == std::string_view::npos) fail();
  std::string_view name = text.substr(open + 1, close - open - 1);
  const std::string_view after = text.substr(close + 1);
  if (after.find_first_of("{}") != std::string_view::npos) fail();
  const bool is_rest = name.ends_with("...");
  if (is_rest) name.remove_suffix(3);
  if (name.empty() || name.find_first_of("{.") != std::string_view::npos) fail();
  if (is_rest && (open != 0 || !after.empty())) fail();
  const auto kind = is_rest                      ? Segment::Kind::kRest
                    : open == 0 && after.empty() ? Segment::Kind::kParameter
                                                 : Segment::Kind::kMixed;
  return {kind, std::string(text.substr(0, open)), std::string(name), std::string(after)};
}

std::vector<RouteTable::Segment> RouteTable::ParsePattern(const std::string& pattern) {
  if (!pattern.starts_with('/')) throw std::logic_error("the pattern " + pattern + " has no slash");
  std::vector<Segment> segments;
  std::set<std::string> names;
  for (const std::string_view part : Split(pattern)) {
    if (!segments.empty() && segments.back().kind == Segment::Kind::kRest) {
      throw std::logic_error("something follows the rest in the pattern " + pattern);
    }
    segments.push_back(ParseSegment(part, pattern));
    const std::string& name = segments.back().name;
    if (!name.empty() && !names.insert(name).second) {
      throw std::logic_error("a parameter is there twice in the pattern " + pattern);
    }
  }
  return segments;
}

void RouteTable::Add(Route route) {
  if (route.method == Method::kOther || route.operation_id.empty() || route.body_limit_bytes < 0) {
    Mistake(route, "is incomplete");
  }
  const bool is_blocking = std::holds_alternative<BlockingHandler>(route.handler);
  if (route.body == Body::kStream && is_blocking)
    Mistake(route, "a stream cannot be read blocking");
  if (route.body == Body::kText && route.body_limit_bytes > kMostTextBytes) {
    Mistake(route, "so large a body must be a stream");
  }
  const bool has_handler = is_blocking ? static_cast<bool>(std::get<BlockingHandler>(route.handler))
                                       : static_cast<bool>(std::get<AsyncHandler>(route.handler));
  if (!has_handler) Mistake(route, "has no handler");
  auto entry = std::make_unique<const Entry>(Entry{route, ParsePattern(route.pattern)});
  for (const auto& other : entries_) {
    if (other->route.operation_id == route.operation_id) Mistake(route, "its operationId is taken");
    if (other->route.method == route.method && !IsMoreSpecific(*entry, *other) &&
        !IsMoreSpecific(*other, *entry)) {
      Mistake(route, "is there already");
    }
  }
  const auto place = std::find_if(entries_.begin(), entries_.end(), [&](const auto& other) {
    return IsMoreSpecific(*entry, *other);
  });
  entries_.insert(place, std::move(entry));
}

void RouteTable::AddHeader(const std::string& pattern, std::string name, std::string value) {
  headers_.push_back({ParsePattern(pattern), std::move(name), std::move(value)});
}

Headers RouteTable::HeadersFor(std::string_view path) const {
  Headers headers;
  if (headers_.empty()) return headers;
  const auto segments = DecodedSegments(path);
  if (!segments) return headers;
  for (const CommonHeader& header : headers_) {
    std::map<std::string, std::string, std::less<>> ignored;
    if (Fits(header.segments, *segments, ignored)) headers.Set(header.name, header.value);
  }
  return headers;
}

// An order of all patterns: two that are equal in it fit the same paths.
bool RouteTable::IsMoreSpecific(const Entry& a, const Entry& b) {
  const auto key = [](const Segment& s) {
    const bool is_mixed = s.kind == Segment::Kind::kMixed;
    // Of two with text around the parameter, the longer text is the rarer.
    return std::make_tuple(s.kind,
                           is_mixed ? -static_cast<int>(s.before.size() + s.after.size()) : 0,
                           s.before, s.after);
  };
  return std::lexicographical_compare(
      a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
      [&](const Segment& x, const Segment& y) { return key(x) < key(y); });
}

bool RouteTable::Fits(const std::vector<Segment>& segments, const std::vector<std::string>& path,
                      std::map<std::string, std::string, std::less<>>& parameters) {
  const bool has_rest = segments.back().kind == Segment::Kind::kRest;
  if (has_rest ? path.size() < segments.size() : path.size() != segments.size()) return false;
  for (size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    const std::string& text = path[i];
    switch (segment.kind) {
      case Segment::Kind::kText:
        if (text != segment.before) return false;
        break;
      case Segment::Kind::kMixed:
      case Segment::Kind::kParameter: {
        const size_t around = segment.before.size() + segment.after.size();
        if (text.size() <= around || !text.starts_with(segment.before) ||
            !text.ends_with(segment.after)) {
          return false;
        }
        parameters[segment.name] = text.substr(segment.before.size(), text.size() - around);
        break;
      }
      case Segment::Kind::kRest: {
        std::string rest = text;
        for (size_t k = i + 1; k < path.size(); ++k) rest += '/' + path[k];
        if (rest.empty()) return false;
        parameters[segment.name] = std::move(rest);
        break;
      }
    }
  }
  return true;
}

RouteTable::Match RouteTable::Find(Method method, std::string_view path) const {
  Match match;
  const auto segments = DecodedSegments(path);
  if (!segments) return match;
  std::set<Method> allowed;
  const Entry* found = nullptr;
  const Entry* get = nullptr;  // The first GET, which answers HEAD as well.
  for (const auto& entry : entries_) {
    std::map<std::string, std::string, std::less<>> parameters;
    if (!Fits(entry->segments, *segments, parameters)) continue;
    allowed.insert(entry->route.method);
    if (!found && entry->route.method == method) found = entry.get();
    if (!get && entry->route.method == Method::kGet) get = entry.get();
  }
  if (!found && method == Method::kHead) found = get;
  if (found) {
    match.route = &found->route;
    Fits(found->segments, *segments, match.path_parameters);
  }
  if (allowed.contains(Method::kGet)) allowed.insert(Method::kHead);
  if (!allowed.empty()) allowed.insert(Method::kOptions);
  match.allowed.assign(allowed.begin(), allowed.end());
  return match;
}

std::string RouteTable::Lines() const {
  std::vector<std::string> lines;
  for (const auto& entry : entries_) {
    const Route& route = entry->route;
    lines.push_back(fmt::format("{} {} {} {} {}\n", MethodName(route.method),
                                DescribedPath(route.pattern), route.operation_id,
                                route.body_limit_bytes, SecurityText(route.security)));
  }
  std::sort(lines.begin(), lines.end());
  return fmt::format("{}", fmt::join(lines, ""));
}

}  // namespace tapmask::api
