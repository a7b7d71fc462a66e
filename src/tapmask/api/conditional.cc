// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/conditional.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "tapmask/api/error_response.h"

namespace tapmask::api {
namespace {

std::string_view WithoutWeak(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  return etag;
}

// Up to 18 digits; nothing for anything else.
std::optional<int64_t> Number(std::string_view digits) {
  if (digits.empty() || digits.size() > 18) return std::nullopt;
  int64_t number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

class FileBody final : public BodySource {
 public:
  FileBody(FileAnswer file, ByteRange range, BlockingPool& pool)
      : read_at_(std::move(file.read_at)),
        is_there_(std::move(file.is_there)),
        clock_(file.clock),
        pool_(pool),
        asked_at_(clock_ ? clock_->Now() : Time()),
        offset_(range.first),
        left_(range.length),
        length_(range.length) {}

  std::optional<int64_t> length_bytes() const override { return length_; }

  Task<size_t> Read(std::span<char> out) override {
    if (left_ == 0) co_return size_t{0};
    const std::span<char> part =
        out.first(std::min<size_t>(out.size(), static_cast<size_t>(left_)));
    const size_t got = co_await pool_.RunAdmitted(
        [this, part] { return MayGoOn() ? read_at_(offset_, part) : size_t{0}; });
    offset_ += static_cast<int64_t>(got);
    left_ -= static_cast<int64_t>(got);
    co_return got;
  }

 private:
  bool MayGoOn() {
    if (!is_there_) return true;
    const Time now = clock_->Now();
    // Also when the clock was set back.
    if (now >= asked_at_ && now - asked_at_ < kAskAgainAfter) return true;
    asked_at_ = now;
    return is_there_();
  }

  const ReadAt read_at_;
  const std::function<bool()> is_there_;
  const Clock* const clock_;
  BlockingPool& pool_;
  Time asked_at_;
  int64_t offset_;
  int64_t left_;
  const int64_t length_;
};

}  // namespace

std::string ETag(std::string_view text) {
  std::string etag = "\"";
  for (const char c : text) {
    const bool is_fine = c > 0x20 && c < 0x7f && c != '"' && c != '\\';
    etag += is_fine ? c : '_';
  }
  return etag + '"';
}

bool IsNoneMatchHit(const Headers& headers, std::string_view etag) {
  for (std::string_view line : headers.All("If-None-Match")) {
    if (Trimmed(line) == "*") return true;
    while (!line.empty()) {
      line = line.substr(std::min(line.find_first_not_of(" \t,"), line.size()));
      // An ETag may have a comma inside its quotes.
      const size_t open = line.find('"');
      const size_t close = open == std::string_view::npos ? open : line.find('"', open + 1);
      if (close == std::string_view::npos) break;
      if (WithoutWeak(line.substr(0, close + 1)) == WithoutWeak(etag)) return true;
      line.remove_prefix(close + 1);
    }
  }
  return false;
}

Response WithETag(const Request& request, std::string_view etag, Response response) {
  const bool is_read = request.method == Method::kGet || request.method == Method::kHead;
  if (is_read && IsNoneMatchHit(request.headers, etag)) {
    Response unchanged = Response::Empty(304);
    if (const auto cache = response.headers.Get("Cache-Control")) {
      unchanged.headers.Add("Cache-Control", std::string(*cache));
    }
    response = std::move(unchanged);
  }
  response.headers.Set("ETag", std::string(etag));
  return response;
}

std::variant<std::monostate, ByteRange, Unsatisfiable> ParseRange(std::string_view range,
                                                                  int64_t size_bytes) {
  range = Trimmed(range);
  if (range.size() < 6 || !EqualIgnoringCase(range.substr(0, 6), "bytes=")) return {};
  range = Trimmed(range.substr(6));
  const size_t dash = range.find('-');
  if (dash == std::string_view::npos || range.find(',') != std::string_view::npos) return {};
  const std::string_view first_text = range.substr(0, dash), last_text = range.substr(dash + 1);
  const auto first = Number(first_text), last = Number(last_text);
  if (first_text.empty()) {  // "-500": the last 500 bytes.
    if (!last) return {};
    if (*last == 0 || size_bytes == 0) return Unsatisfiable{};
    const int64_t length = std::min(*last, size_bytes);
    return ByteRange{size_bytes - length, length};
  }
  if (!first || (!last_text.empty() && (!last || *last < *first))) return {};
  if (*first >= size_bytes) return Unsatisfiable{};
  const int64_t end = last ? std::min(*last, size_bytes - 1) : size_bytes - 1;
  return ByteRange{*first, end - *first + 1};
}

Response ServeFile(const Request& request, FileAnswer file, BlockingPool& pool) {
  Response response;
  response.headers.Add("Accept-Ranges", "bytes");
  response.headers.Add("Content-Type", file.content_type);
  if (!file.etag.empty()) {
    response.headers.Add("ETag", file.etag);
    if (IsNoneMatchHit(request.headers, file.etag)) {
      response.status = 304;
      response.headers.Remove("Content-Type");
      return response;
    }
  }
  ByteRange part{0, file.size_bytes};
  const auto range = request.headers.Get("Range");
  const auto if_range = request.headers.Get("If-Range");
  // A part of another version would be glued to the wrong file.
  const bool is_same_version = !if_range || (!file.etag.empty() && *if_range == file.etag);
  if (range && is_same_version && request.method == Method::kGet) {
    const auto parsed = ParseRange(*range, file.size_bytes);
    if (std::holds_alternative<Unsatisfiable>(parsed)) {
      return Problem(416, "range_not_satisfiable", "The file has no such bytes.",
                     {{"Content-Range", fmt::format("bytes */{}", file.size_bytes)}});
    }
    if (const auto* asked = std::get_if<ByteRange>(&parsed)) {
      part = *asked;
      response.status = 206;
      response.headers.Add(
          "Content-Range",
          fmt::format("bytes {}-{}/{}", part.first, part.first + part.length - 1, file.size_bytes));
    }
  }
  response.body = std::make_unique<FileBody>(std::move(file), part, pool);
  return response;
}

}  // namespace tapmask::api
