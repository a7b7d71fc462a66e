// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/response_head.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

namespace tapmask::api {
namespace {

std::string_view Reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 423: return "Locked";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 460: return "Checksum Mismatch";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "-";
  }
}

bool HasNoBody(int status) {
  return status < 200 || status == 204 || status == 304;
}

void CheckResponseField(const Headers::Field& field) {
  const auto& [name, value] = field;
  const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return c > 0x20 && c < 0x7f && c != ':';
  });
  const bool is_value = std::none_of(value.begin(), value.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
  if (!is_name || !is_value) throw std::logic_error("a malformed header field in an answer");
  for (const std::string_view ours :
       {"Content-Length", "Transfer-Encoding", "Connection", "Date"}) {
    if (EqualIgnoringCase(name, ours)) {
      throw std::logic_error("a handler set the server's header field " + name);
    }
  }
}

std::string DateText() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  // Not strftime: names of days and months must not depend on the locale.
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays.at(utc.tm_wday), utc.tm_mday,
                     kMonths.at(utc.tm_mon), utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                     utc.tm_sec);
}

// No line may end inside of a field.
std::string OneLine(std::string_view text) {
  std::string line(text);
  std::erase_if(line, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  return line;
}

}  // namespace

Framing FramingOf(const Response& response, bool is_http_1_0) {
  if (HasNoBody(response.status)) return {};
  if (const auto* text = std::get_if<std::string>(&response.body)) {
    return {Framing::Kind::kLength, static_cast<int64_t>(text->size())};
  }
  if (const auto* source = std::get_if<std::unique_ptr<BodySource>>(&response.body)) {
    if (const auto length = (*source)->length_bytes()) return {Framing::Kind::kLength, *length};
  }
  return {is_http_1_0 ? Framing::Kind::kUntilClose : Framing::Kind::kChunked, 0};
}

std::string ResponseHead(const Response& response, const Framing& framing, bool keep_alive) {
  std::string head;
  head.reserve(512);
  const auto out = std::back_inserter(head);
  fmt::format_to(out, "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status, Reason(response.status),
                 DateText());
  for (const Headers::Field& field : response.headers.fields()) {
    CheckResponseField(field);
    fmt::format_to(out, "{}: {}\r\n", field.first, field.second);
  }
  switch (framing.kind) {
    case Framing::Kind::kNoBody: break;
    case Framing::Kind::kLength:
      fmt::format_to(out, "Content-Length: {}\r\n", framing.length_bytes);
      break;
    case Framing::Kind::kChunked: head += "Transfer-Encoding: chunked\r\n"; break;
    case Framing::Kind::kUntilClose: break;
  }
  head += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

std::string EventText(const Event& event) {
  std::string text;
  if (!event.name.empty()) text += "event: " + OneLine(event.name) + "\n";
  if (!event.id.empty()) text += "id: " + OneLine(event.id) + "\n";
  std::string_view data = event.data;
  while (true) {
    const size_t end = data.find_first_of("\r\n");
    text += "data: ";
    text += data.substr(0, end);
    text += '\n';
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  return text + '\n';
}

}  // namespace tapmask::api
