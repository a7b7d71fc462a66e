// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/request_head.h"

#include <algorithm>
#include <string>

#include "tapmask/api/error_response.h"

namespace tapmask::api {
namespace {

[[noreturn]] void RefuseHead(std::string detail) {
  throw HttpError(400, "bad_request", std::move(detail));
}

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return IsAlnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

// A tab may stand between words.
bool HasControlsButTabs(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

void CheckRequestLine(std::string_view line, const Limits& limits) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    RefuseHead("The request line is malformed.");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!IsToken(method) || method.size() > 32) RefuseHead("The request's method is malformed.");
  if (target.size() > limits.target_bytes) {
    throw HttpError(414, "uri_too_long", "The address is too long.");
  }
  const bool is_plain = !target.empty() && std::all_of(target.begin(), target.end(), [](char c) {
    return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' && c != '#';
  });
  if (!is_plain) RefuseHead("The address has characters that must be percent-encoded.");
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return;
  const bool is_version = version.size() == 8 && version.starts_with("HTTP/") &&
                          IsDigits(version.substr(5, 1)) && version[6] == '.' &&
                          IsDigits(version.substr(7));
  if (!is_version) RefuseHead("The request line is malformed.");
  throw HttpError(505, "http_version_unsupported", "Use HTTP/1.1.");
}

struct HeadFraming {
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
  bool is_chunked = false;
};

void CheckField(std::string_view line, HeadFraming& framing) {
  if (line.front() == ' ' || line.front() == '\t') RefuseHead("A header field is folded.");
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) {
    RefuseHead("A header field is malformed.");
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = Trimmed(line.substr(colon + 1));
  if (HasControlsButTabs(value)) RefuseHead("A header field has control characters.");
  if (EqualIgnoringCase(name, "Host")) {
    ++framing.hosts;
    if (!value.empty() && !HostName(value)) RefuseHead("Host is malformed.");
  } else if (EqualIgnoringCase(name, "Content-Length")) {
    ++framing.lengths;
    // 18 digits fit into 64 bits.
    if (!IsDigits(value) || value.size() > 18) RefuseHead("Content-Length is malformed.");
  } else if (EqualIgnoringCase(name, "Transfer-Encoding")) {
    ++framing.encodings;
    framing.is_chunked = EqualIgnoringCase(value, "chunked");
  }
}

void CheckFraming(const HeadFraming& framing, bool is_http_1_0) {
  if (framing.hosts > 1) RefuseHead("There is more than one Host.");
  if (framing.hosts == 0 && !is_http_1_0) RefuseHead("Host is missing.");
  if (framing.lengths > 1) RefuseHead("There is more than one Content-Length.");
  if (framing.encodings == 0) return;
  if (framing.lengths > 0) RefuseHead("Content-Length and Transfer-Encoding exclude each other.");
  if (is_http_1_0) RefuseHead("Transfer-Encoding needs HTTP/1.1.");
  if (framing.encodings > 1) RefuseHead("There is more than one Transfer-Encoding.");
  if (!framing.is_chunked) {
    throw HttpError(501, "not_implemented", "Of transfer encodings, only chunked is understood.");
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> Unescaped(std::string_view text, bool is_query) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && is_query) {
      plain += ' ';
    } else if (text[i] != '%') {
      plain += text[i];
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = HexDigit(text[i + 1]), low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      plain += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (HasControlsButTabs(plain) || plain.find('\t') != std::string::npos || !IsUtf8(plain)) {
    return std::nullopt;
  }
  return plain;
}

void SplitQuery(std::string_view text, Request& request) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    const auto name = Unescaped(pair.substr(0, equals), true);
    const auto value = Unescaped(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) RefuseHead("The address's query is malformed.");
    request.query.emplace_back(*name, *value);
  }
}

}  // namespace

void CheckRequestHead(std::string_view head, const Limits& limits) {
  if (head.size() > limits.header_bytes) {
    throw HttpError(431, "headers_too_large", "The request's header is too large.");
  }
  bool is_first = true, is_http_1_0 = false;
  size_t fields = 0;
  HeadFraming framing;
  while (true) {
    const size_t end = head.find('\n');
    if (end == std::string_view::npos || end == 0 || head[end - 1] != '\r') {
      RefuseHead("A line of the header does not end in CR LF.");
    }
    const std::string_view line = head.substr(0, end - 1);
    head.remove_prefix(end + 1);
    if (line.empty()) break;
    if (line.find('\r') != std::string_view::npos) RefuseHead("The header has a stray CR.");
    if (is_first) {
      CheckRequestLine(line, limits);
      is_http_1_0 = line.ends_with("1.0");
      is_first = false;
    } else {
      if (++fields > limits.header_fields) {
        throw HttpError(431, "headers_too_large", "The request has too many header fields.");
      }
      CheckField(line, framing);
    }
  }
  if (is_first) RefuseHead("The request line is missing.");
  if (!head.empty()) RefuseHead("The header ends too early.");
  CheckFraming(framing, is_http_1_0);
}

void SplitTarget(Request& request) {
  std::string_view target = request.target;
  if (!target.starts_with('/') && target != "*") {
    // What a client sends to a proxy; servers must take it as well. The host in it is the one
    // that counts, so it may not say something else than Host.
    const bool is_url = target.starts_with("http://") || target.starts_with("https://");
    if (!is_url) RefuseHead("The address must begin with a slash.");
    target.remove_prefix(target.find("//") + 2);
    const size_t end = std::min(target.find_first_of("/?"), target.size());
    const std::string_view host = target.substr(0, end);
    if (!request.headers.Has("Host") || !EqualIgnoringCase(host, *request.headers.Get("Host"))) {
      RefuseHead("The address and Host name different hosts.");
    }
    target.remove_prefix(end);
  }
  const size_t question = std::min(target.find('?'), target.size());
  request.path = target.substr(0, question);
  if (request.path.empty()) request.path = "/";
  request.query.clear();
  if (question < target.size()) SplitQuery(target.substr(question + 1), request);
}

std::optional<std::string> PercentDecoded(std::string_view text) {
  return Unescaped(text, false);
}

std::optional<std::string> HostName(std::string_view host_field) {
  std::string_view host = host_field, port;
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    port = host.substr(end + 1);
    host = host.substr(0, end + 1);
    const std::string_view inside = host.substr(1, host.size() - 2);
    const bool is_address =
        !inside.empty() && std::all_of(inside.begin(), inside.end(), [](char c) {
          return HexDigit(c) >= 0 || c == ':' || c == '.';
        });
    if (!is_address) return std::nullopt;
  } else {
    const size_t colon = std::min(host.find(':'), host.size());
    port = host.substr(colon);
    host = host.substr(0, colon);
    const bool is_name = !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
      return IsAlnum(c) || c == '.' || c == '-' || c == '_';
    });
    if (!is_name) return std::nullopt;
  }
  if (!port.empty() &&
      (port[0] != ':' || port.size() > 6 || (port.size() > 1 && !IsDigits(port.substr(1))))) {
    return std::nullopt;
  }
  std::string name(host);
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

bool IsUtf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char lead = byte(i);
    const size_t length = lead < 0x80                   ? 1
                          : lead >= 0xc2 && lead < 0xe0 ? 2
                          : (lead & 0xf0) == 0xe0       ? 3
                          : lead >= 0xf0 && lead < 0xf5 ? 4
                                                        : 0;
    if (length == 0 || text.size() - i < length) return false;
    for (size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return false;
    }
    // Longer than needed, surrogates, beyond the last character.
    if (lead == 0xe0 && byte(i + 1) < 0xa0) return false;
    if (lead == 0xed && byte(i + 1) > 0x9f) return false;
    if (lead == 0xf0 && byte(i + 1) < 0x90) return false;
    if (lead == 0xf4 && byte(i + 1) > 0x8f) return false;
    i += length;
  }
  return true;
}

}  // namespace tapmask::api
