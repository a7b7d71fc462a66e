// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/response_head.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace tapmask::api {
namespace {

class Unending final : public BodySource {
 public:
  std::optional<int64_t> length_bytes() const override { return std::nullopt; }
  Task<size_t> Read(std::span<char>) override { co_return size_t{0}; }
};

TEST(ResponseHead, SaysHowTheBodyEnds) {
  Response text = Response::Text("hello");
  EXPECT_EQ(FramingOf(text, false).length_bytes, 5);
  const std::string head = ResponseHead(text, FramingOf(text, false), true);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_NE(head.find("\r\nContent-Length: 5\r\n"), std::string::npos);
  EXPECT_TRUE(head.ends_with("\r\nConnection: keep-alive\r\n\r\n"));

  Response stream;
  stream.body = std::make_unique<Unending>();
  EXPECT_EQ(FramingOf(stream, false).kind, Framing::Kind::kChunked);
  EXPECT_EQ(FramingOf(stream, true).kind, Framing::Kind::kUntilClose);
  for (const int status : {204, 304}) {
    EXPECT_EQ(FramingOf(Response::Empty(status), false).kind, Framing::Kind::kNoBody);
  }
}

TEST(ResponseHead, CannotBeBrokenOutOf) {
  for (const auto& field : std::vector<Headers::Field>{{"Location", "/a\r\nSet-Cookie: x"},
                                                       {"Location", std::string("a\0", 2)},
                                                       {"X\r\nY", "a"},
                                                       {"X:", "a"},
                                                       {"", "a"},
                                                       {"content-length", "5"},
                                                       {"Transfer-Encoding", "chunked"}}) {
    Response response;
    response.headers.Add(field.first, field.second);
    EXPECT_THROW(ResponseHead(response, {}, true), std::logic_error) << field.first;
  }
}

TEST(EventText, KeepsLinesApart) {
  EXPECT_EQ(EventText({"job", "{}", "7"}), "event: job\nid: 7\ndata: {}\n\n");
  EXPECT_EQ(EventText({"", "a\nb\r\nc\rd\n", ""}),
            "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
  EXPECT_EQ(EventText({"a\nb", "", "1\r\n2"}), "event: ab\nid: 12\ndata: \n\n");
}

}  // namespace
}  // namespace tapmask::api
