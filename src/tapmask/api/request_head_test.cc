// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/request_head.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/api/error_response.h"

namespace tapmask::api {
namespace {

// The status that the head is refused with; 0: it is taken.
int StatusFor(const std::string& head, const Limits& limits = {}) {
  try {
    CheckRequestHead(head, limits);
  } catch (const HttpError& error) {
    return error.status();
  }
  return 0;
}

TEST(CheckRequestHead, TakesWhatClientsSend) {
  for (const std::string head : {
           "GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n",
           "GET / HTTP/1.0\r\n\r\n",
           "GET /a?b=c%20d HTTP/1.1\r\nHost:[::1]:80\r\nAccept: */*\r\nX-Empty:\r\n\r\n",
           "POST / HTTP/1.1\r\nhost: a.example\r\ncontent-length: 5\r\n\r\n",
           "PATCH / HTTP/1.1\r\nHOST: a\r\nTransfer-Encoding: Chunked\r\n\r\n",
           "GET http://a/b HTTP/1.1\r\nHost: a\r\nCookie: a=b; c=d\t\r\n\r\n",
           "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n",
       }) {
    EXPECT_EQ(StatusFor(head), 0) << head;
  }
}

TEST(CheckRequestHead, RefusesWhatTwoReadersCouldTakeForDifferentThings) {
  const std::string host = "Host: a\r\n";
  for (const std::string& head : std::vector<std::string>{
           "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Content-Length: 5, 5\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Content-Length: +5\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Content-Length: -5\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Content-Length: 0x5\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Content-Length:\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Content-Length : 5\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + " Content-Length: 5\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "X: a\r\n b\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host +
               "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
           "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n",
           "GET / HTTP/1.1\r\n" + host + host + "\r\n",
           "GET / HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a:80x\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
           "GET / HTTP/1.1\n" + host + "\r\n",
           "GET / HTTP/1.1\r\nHost: a\n\r\n",
           "GET / HTTP/1.1\r\n" + host + "X: a\rb\r\n\r\n",
           "GET / HTTP/1.1\r\n" + host + std::string("X: a\0b\r\n\r\n", 10),
           "GET / HTTP/1.1\r\n" + host + "X\r\n\r\n",
           "GET / HTTP/1.1\r\n" + host + ": a\r\n\r\n",
           "GET / HTTP/1.1\r\n" + host + "X y: a\r\n\r\n",
           "GET  / HTTP/1.1\r\n" + host + "\r\n",
           "GET / a HTTP/1.1\r\n" + host + "\r\n",
           "GET /\t HTTP/1.1\r\n" + host + "\r\n",
           "GET /a\xc3\xa4 HTTP/1.1\r\n" + host + "\r\n",
           "GET /a#b HTTP/1.1\r\n" + host + "\r\n",
           "GET / HTTP/1.1 \r\n" + host + "\r\n",
           "GET / http/1.1\r\n" + host + "\r\n",
           "GET /\r\n" + host + "\r\n",
           "G(T / HTTP/1.1\r\n" + host + "\r\n",
           "\r\n",
           "GET / HTTP/1.1\r\n" + host + "\r\nGET / HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\r\n" + host,
           "",
       }) {
    EXPECT_EQ(StatusFor(head), 400) << head;
  }
}

TEST(CheckRequestHead, TellsWhatItDoesNotSpeak) {
  EXPECT_EQ(StatusFor("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(StatusFor("GET / HTTP/1.2\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(StatusFor("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
            501);
  EXPECT_EQ(StatusFor("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n"), 501);
  EXPECT_EQ(StatusFor("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n"), 501);
}

TEST(CheckRequestHead, RefusesTooMuch) {
  Limits limits;
  limits.target_bytes = 20;
  limits.header_fields = 3;
  limits.header_bytes = 200;
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\n";

  EXPECT_EQ(StatusFor("GET /" + std::string(20, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", limits),
            414);
  EXPECT_EQ(StatusFor("GET /" + std::string(19, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", limits), 0);
  EXPECT_EQ(StatusFor(start + "A: b\r\nC: d\r\n\r\n", limits), 0);
  EXPECT_EQ(StatusFor(start + "A: b\r\nC: d\r\nE: f\r\n\r\n", limits), 431);
  EXPECT_EQ(StatusFor(start + "A: " + std::string(200, 'b') + "\r\n\r\n", limits), 431);
}

TEST(SplitTarget, DecodesTheQueryAndLeavesThePath) {
  Request request;
  request.target = "/a%20b/c?x=1&y=a%26b+c&z&=e&&x=2";
  SplitTarget(request);

  EXPECT_EQ(request.path, "/a%20b/c");
  EXPECT_EQ(request.Query("x"), "1");
  EXPECT_EQ(request.Query("y"), "a&b c");
  EXPECT_EQ(request.Query("z"), "");
  EXPECT_EQ(request.Query("none"), std::nullopt);
  EXPECT_EQ(request.query.size(), 5u);
}

TEST(SplitTarget, RefusesWhatCannotBeDecoded) {
  for (const char* target : {"/?a=%", "/?a=%4", "/?a=%zz", "/?a=%00", "/?a=%ff", "/?a=%c3",
                             "/?%0a=b", "a", "", "ftp://a/", "http:/a"}) {
    Request request;
    request.target = target;
    EXPECT_THROW(SplitTarget(request), HttpError) << target;
  }
}

TEST(SplitTarget, TakesAWholeUrlOnlyOfTheSameHost) {
  Request request;
  request.headers.Add("Host", "Example.org:8080");
  request.target = "http://example.org:8080?q=1";
  SplitTarget(request);
  EXPECT_EQ(request.path, "/");
  EXPECT_EQ(request.Query("q"), "1");

  request.target = "http://other.org/";
  EXPECT_THROW(SplitTarget(request), HttpError);
}

TEST(HostName, IsTheHostWithoutItsPort) {
  EXPECT_EQ(HostName("LocalHost:80"), "localhost");
  EXPECT_EQ(HostName("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(HostName("[::1]:8080"), "[::1]");
  for (const char* bad : {"", ":80", "a:b", "[]", "[x]", "[::1]a", "a,b", "a:1234567"}) {
    EXPECT_EQ(HostName(bad), std::nullopt) << bad;
  }
}

TEST(IsUtf8, KnowsWhatIsNone) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
  for (const char* bad : {"\x80", "\xc0\xaf", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80",
                          "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xff", "\xe2\x82"}) {
    EXPECT_FALSE(IsUtf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace tapmask::api
