// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/server.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/api/test_server.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

using std::chrono::milliseconds;

std::string Get(const std::string& path, const std::string& fields = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}
std::string Post(const std::string& path, const std::string& body, const std::string& fields = "") {
  return "POST " + path +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         fields + "\r\n" + body;
}
std::string Chunked(const std::string& path, const std::string& chunks) {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" +
         chunks;
}

TEST(Server, AnswersAndKeepsTheConnection) {
  TestServer server;
  TestClient client = server.Connect();

  for (int i = 0; i < 3; ++i) {
    client.Send(Get("/hello"));
    const auto answer = client.Read();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.headers.Get("Connection"), "keep-alive");
    EXPECT_EQ(answer.headers.Get("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-store");
    EXPECT_EQ(answer.headers.Get("X-Request-Id").value_or("").size(), 36u);
    EXPECT_TRUE(answer.headers.Has("Date"));
  }
  client.Send(Get("/none"));
  EXPECT_EQ(client.Read().status, 204);
  client.Send(Post("/echo", "body"));
  EXPECT_EQ(client.Read().body, "body");
  client.Send(Chunked("/echo", "3;ext=\"a\"\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n"));
  EXPECT_EQ(client.Read().body, "abcde");
  client.Send(Get("/nothing"));
  EXPECT_EQ(client.Read().code(), "not_found");
  client.Send(Get("/hello", "Connection: close\r\n"));
  EXPECT_EQ(client.Read().headers.Get("Connection"), "close");
  EXPECT_TRUE(client.IsClosed());

  const auto seen = server.AwaitSeen(8);
  EXPECT_EQ(seen[0].route, "/hello");
  EXPECT_EQ(seen[0].method, "GET");
  EXPECT_EQ(seen[6].route, "");
  EXPECT_EQ(seen[6].status, 404);
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  TestServer server;
  TestClient client = server.Connect();
  std::string requests;
  for (int i = 0; i < 200; ++i) {
    requests += i % 3 == 0 ? Post("/echo", std::to_string(i))
                : i % 3 == 1
                    ? Chunked("/echo", "3\r\n" + std::to_string(100 + i % 100) + "\r\n0\r\n\r\n")
                    : Get("/hello");
  }
  client.Send(requests);

  for (int i = 0; i < 200; ++i) {
    const std::string expected = i % 3 == 0   ? std::to_string(i)
                                 : i % 3 == 1 ? std::to_string(100 + i % 100)
                                              : "hello";
    ASSERT_EQ(client.Read().body, expected) << i;
  }
}

TEST(Server, ReadsRequestsThatComeByteByByte) {
  TestServer server;
  TestClient client = server.Connect();
  for (const std::string& request : {"\r\n" + Get("/hello"), Post("/echo", "hello"),
                                     Chunked("/echo", "5\r\nhello\r\n0\r\nX: y\r\n\r\n")}) {
    for (const char c : request) ASSERT_TRUE(client.Send(std::string_view(&c, 1)));
    EXPECT_EQ(client.Read().body, "hello");
  }
}

TEST(Server, SpeaksHttp10) {
  TestServer server;
  const auto close = server.Ask("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(close.body, "hello");
  EXPECT_EQ(close.headers.Get("Connection"), "close");

  TestClient client = server.Connect();
  client.Send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.Read().headers.Get("Connection"), "keep-alive");
  client.Send("GET /chunked/100000 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto stream = client.Read();
  EXPECT_FALSE(stream.headers.Has("Transfer-Encoding"));
  EXPECT_EQ(stream.headers.Get("Connection"), "close");
  EXPECT_EQ(stream.body.size(), 100'000u);
}

TEST(Server, AnswersHeadLikeGetWithoutABody) {
  TestServer server;
  TestClient client = server.Connect();
  for (const char* path : {"/hello", "/large/70000", "/chunked/9", "/nothing"}) {
    client.Send("HEAD " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto answer = client.Read(false);
    if (std::string(path) == "/large/70000") {
      EXPECT_EQ(answer.headers.Get("Content-Length"), "70000");
    }
    EXPECT_EQ(answer.headers.Get("Connection"), "keep-alive") << path;
  }
  client.Send(Get("/hello"));
  EXPECT_EQ(client.Read().body, "hello");
  client.Send("OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.Read().headers.Get("Allow"), "POST, OPTIONS");
}

// Regression: a POST that said HEAD had its length announced, but no body was sent.
TEST(Server, FramesAnAnswerByTheMethodThatWasSent) {
  TestServer server;
  TestClient client = server.Connect();
  for (const auto& [said, taken] :
       std::vector<std::pair<std::string, std::string>>{{"HEAD", "POST"},
                                                        {"GET", "POST"},
                                                        {"OPTIONS", "POST"},
                                                        {"PUT", "POST"},
                                                        {"CONNECT", "POST"},
                                                        {"patch", "POST"},
                                                        {"POST", "POST"},
                                                        {"PATCH", "PATCH"},
                                                        {"DELETE", "DELETE"}}) {
    client.Send(Post("/method", "x", "X-HTTP-Method-Override: " + said + "\r\n"));
    const auto answer = client.Read();
    EXPECT_EQ(answer.status, 200) << said;
    EXPECT_EQ(answer.headers.Get("Content-Length"), std::to_string(taken.size())) << said;
    ASSERT_EQ(answer.body, taken) << said;
  }
  client.Send("HEAD /method HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: DELETE\r\n\r\n");
  EXPECT_EQ(client.Read(false).headers.Get("Content-Length"), "4");
  client.Send(Get("/hello"));
  EXPECT_EQ(client.Read().body, "hello");
}

TEST(Server, SendsBodiesThatAreMadePieceByPiece) {
  TestServer server;
  TestClient client = server.Connect();
  for (const char* path : {"/large/0", "/large/1000000", "/chunked/0", "/chunked/1000000"}) {
    client.Send(Get(path));
    const auto answer = client.Read();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(std::to_string(answer.body.size()),
              std::string(path).substr(std::string(path).rfind('/') + 1));
  }
}

// The status is out by then: a cut connection is all that can tell.
TEST(Server, CutsTheConnectionWhenABodyBreaksOff) {
  TestServer server;
  for (const char* path : {"/short", "/fails"}) {
    TestClient client = server.Connect();
    client.Send(Get(path) + Get("/hello"));
    const std::string all = client.ReadAll();
    EXPECT_NE(all.find("Content-Length: 10\r\n"), std::string::npos);
    EXPECT_TRUE(all.ends_with("\r\n\r\nxxxxx")) << all;
  }
  EXPECT_FALSE(server.AwaitSeen(2)[0].was_sent);
}

TEST(Server, NeverSendsAFieldThatBreaksOutOfItsLine) {
  TestServer server;
  const auto answer = server.Ask(Get("/badheader"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_FALSE(answer.headers.Has("Set-Cookie"));
  EXPECT_EQ(answer.code(), "internal");
}

TEST(Server, RefusesSmuggledRequestsAndCloses) {
  TestServer server;
  for (const std::string& request : std::vector<std::string>{
           "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: "
           "chunked\r\n\r\n0\r\n\r\n",
           "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nabcde",
           "POST /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n",
           "POST /echo HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
           "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
           "POST /echo HTTP/1.1\r\nHost: a\r\nX: y\r\n Content-Length: 5\r\n\r\nabcde",
           "POST /echo HTTP/1.1\nHost: a\nContent-Length: 0\n\n",
           "GET /hello HTTP/1.1\r\nHost: a\r\n\n",
           "GET /hello\r\n\r\n",
           "\x16\x03\x01\x02\x00\x01\r\n\r\n",
           Chunked("/echo", "-1\r\n"),
           Chunked("/echo", "5 \r\nhello\r\n0\r\n\r\n"),
           Chunked("/echo", "0x5\r\nhello\r\n0\r\n\r\n"),
           Chunked("/echo", "5\nhello\n0\n\n"),
           Chunked("/echo", "5\r\nhelloX\r\n0\r\n\r\n"),
           Chunked("/echo", "11111111111111111\r\n"),
           Chunked("/echo", "5\r\nhello\r\n0\r\nbad trailer\r\n\r\n"),
           Chunked("/echo", "5;" + std::string(20'000, 'a')),
           Chunked("/echo", "0\r\n" + std::string(20'000, 'a')),
       }) {
    TestClient client = server.Connect();
    client.Send(request + Get("/hello"));
    const auto answer = client.Read();
    EXPECT_EQ(answer.status, 400) << request.substr(0, 200);
    EXPECT_EQ(answer.code(), "bad_request") << request.substr(0, 200);
    EXPECT_EQ(answer.headers.Get("Connection"), "close");
    // What follows is not taken for a request.
    EXPECT_TRUE(client.IsClosed()) << request.substr(0, 200);
  }
}

TEST(Server, RefusesHugeHeaders) {
  TestServer server;
  EXPECT_EQ(server.Ask(Get("/hello", "X: " + std::string(9'000, 'a') + "\r\n")).code(),
            "headers_too_large");
  EXPECT_EQ(server.Ask("GET /" + std::string(9'000, 'a')).code(), "uri_too_long");
  EXPECT_EQ(server.Ask("GET /" + std::string(5'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n").status,
            414);
  std::string many;
  for (int i = 0; i < 200; ++i) many += "a:b\r\n";
  EXPECT_EQ(server.Ask(Get("/hello", many)).status, 431);
  EXPECT_EQ(server.Ask(Get("/hello", "X: " + std::string(8'000, 'a') + "\r\n")).status, 200);
}

TEST(Server, RefusesBodiesOverTheRoutesLimit) {
  TestServer server;
  TestClient told = server.Connect();
  told.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");  // Nothing of it
                                                                                   // is sent.
  const auto at_once = told.Read();
  EXPECT_EQ(at_once.status, 413);
  EXPECT_EQ(at_once.code(), "body_too_large");
  EXPECT_EQ(at_once.headers.Get("Connection"), "close");

  std::string chunks;
  for (int i = 0; i < 11; ++i) chunks += "64\r\n" + std::string(100, 'a') + "\r\n";
  EXPECT_EQ(server.Ask(Chunked("/echo", chunks)).code(), "body_too_large");
  EXPECT_EQ(server.Ask(Post("/echo", std::string(1'000, 'a'))).body.size(), 1'000u);
  EXPECT_EQ(server.Ask("GET /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx").status, 413);
  EXPECT_EQ(
      server.Ask("GET /hello HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
          .status,
      413);
  EXPECT_EQ(server.Ask("GET /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").status, 200);
}

TEST(Server, TellsAClientToGoOnOnlyWhenItWantsTheBody) {
  TestServer server;
  const std::string head = " HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ";
  TestClient client = server.Connect();
  client.Send("POST /echo" + head + "5\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  client.Send("hello");
  EXPECT_EQ(client.Read().body, "hello");
  client.Send("POST /count" + head + "5\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  client.Send("hello");
  EXPECT_EQ(client.Read().body, "5 bytes");

  for (const char* path : {"/echo", "/ignore", "/nothing"}) {
    TestClient refused = server.Connect();
    refused.Send("POST " + std::string(path) + head + "2000\r\n\r\n");
    const auto answer = refused.Read();
    EXPECT_NE(answer.status, 100) << path;
    EXPECT_EQ(answer.headers.Get("Connection"), "close") << path;
  }
  EXPECT_EQ(server.Ask(Get("/hello", "Expect: tea\r\n")).status, 417);
}

TEST(Server, ReadsASmallUnwantedBodyAwayAndClosesOverALargeOne) {
  TestServer server;
  TestClient client = server.Connect();
  client.Send(Post("/ignore", std::string(10'000, 'a')) + Get("/hello"));
  EXPECT_EQ(client.Read().body, "ignored");
  EXPECT_EQ(client.Read().body, "hello");
  client.Send(Post("/nothing", "abc") + Post("/echo", std::string(1'001, 'a')) + Get("/hello"));
  EXPECT_EQ(client.Read().status, 404);
  EXPECT_EQ(client.Read().status, 413);
  EXPECT_EQ(client.Read().body, "hello");

  // The answer arrives although the client is still sending.
  TestClient large = server.Connect();
  large.Send(Post("/ignore", std::string(5'000'000, 'a')));
  const auto answer = large.Read();
  EXPECT_EQ(answer.body, "ignored");
  EXPECT_EQ(answer.headers.Get("Connection"), "close");
}

TEST(Server, NoticesTruncatedBodies) {
  TestServer server;
  for (const std::string& request :
       {std::string("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"),
        std::string("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"),
        Chunked("/count", "a\r\nabc"), Chunked("/echo", "3\r\nabc\r\n")}) {
    TestClient client = server.Connect();
    client.Send(request);
    client.EndSending();
    EXPECT_EQ(client.Read().code(), "bad_request") << request;
    EXPECT_TRUE(client.IsClosed());
  }
  TestClient head = server.Connect();
  head.Send("GET /hello HTTP/1.1\r\nHo");
  head.EndSending();
  EXPECT_TRUE(head.IsClosed());
}

TEST(Server, GivesUpOnSlowHeaders) {
  Limits limits;
  limits.header_time = milliseconds(30);
  limits.linger_time = milliseconds(30);
  TestServer server(limits);
  TestClient silent = server.Connect();
  TestClient slow = server.Connect();
  slow.Send("GET /hello HTTP/1.1\r\n");

  EXPECT_TRUE(silent.IsClosed());
  EXPECT_EQ(slow.Read().code(), "request_timeout");
  EXPECT_TRUE(slow.IsClosed());
}

// One byte in time again and again does not buy more time.
TEST(Server, DoesNotLetDripsOfAHeaderKeepItWaiting) {
  Limits limits;
  limits.header_time = milliseconds(50);
  TestServer server(limits);
  TestClient drip = server.Connect();
  while (drip.Send("\r\n")) {
  }
  SUCCEED();
}

TEST(Server, GivesUpOnSlowBodies) {
  Limits limits;
  limits.body_stall_time = milliseconds(30);
  TestServer server(limits);
  for (const char* path : {"/echo", "/count"}) {
    TestClient client = server.Connect();
    client.Send("POST " + std::string(path) +
                " HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    const auto answer = client.Read();
    EXPECT_EQ(answer.status, 408) << path;
    EXPECT_EQ(answer.code(), "request_timeout");
  }
}

TEST(Server, GivesUpOnBodiesThatDrip) {
  Limits limits;
  limits.body_time = milliseconds(50);
  limits.body_bytes_per_second = 1'000'000'000;
  limits.linger_time = milliseconds(10);
  TestServer server(limits);
  TestClient drip = server.Connect();
  drip.Send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
  while (drip.Send("a")) {
  }
  EXPECT_EQ(server.AwaitSeen(1)[0].status, 408);
}

TEST(Server, ClosesIdleConnections) {
  Limits limits;
  limits.idle_time = milliseconds(30);
  TestServer server(limits);
  TestClient client = server.Connect();
  client.Send(Get("/hello"));
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_TRUE(client.IsClosed());
}

TEST(Server, GivesUpOnSlowReaders) {
  Limits limits;
  limits.write_time = milliseconds(50);
  TestServer server(limits);
  TestClient client(server.port(), 4'096);
  client.Send(Get("/large/100000000"));

  const auto seen = server.AwaitSeen(1);
  EXPECT_EQ(seen[0].route, "/large/{bytes}");
  EXPECT_FALSE(seen[0].was_sent);
}

TEST(Server, RefusesConnectionsOverTheLimit) {
  Limits limits;
  limits.connections = 2;
  TestServer server(limits);
  TestClient first = server.Connect(), second = server.Connect();
  for (TestClient* client : {&first, &second}) {
    client->Send(Get("/hello"));
    EXPECT_EQ(client->Read().status, 200);
  }
  TestClient third = server.Connect();
  const auto refused = third.Read();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.code(), "unavailable");
  EXPECT_TRUE(refused.headers.Has("Retry-After"));
  EXPECT_TRUE(third.IsClosed());
}

TEST(Server, RefusesWorkWhenThePoolsLineIsFull) {
  TestServer server({}, 1, {.threads = 1, .most_waiting = 1});
  TestClient running = server.Connect(), waiting = server.Connect();
  running.Send(Get("/gate"));
  server.gate.AwaitWaiting(1);
  waiting.Send(Get("/gate"));
  // On the same loop: by its answer, the request before has been put in line.
  EXPECT_EQ(server.Ask(Get("/hello")).status, 200);

  const auto refused = server.Ask(Get("/gate"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.code(), "unavailable");
  EXPECT_TRUE(refused.headers.Has("Retry-After"));
  server.gate.Open();
  EXPECT_EQ(running.Read().body, "passed");
  EXPECT_EQ(waiting.Read().body, "passed");
}

TEST(Server, RefusesAPortThatIsTakenAndAnAddressThatIsNone) {
  TestServer server;
  BlockingPool pool({.threads = 1, .most_waiting = 1});
  const Dispatcher dispatcher({}, pool);
  Server::Options options;
  options.port = server.port();
  try {
    Server second(options, dispatcher);
    ADD_FAILURE() << "took the port twice";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kUnavailable);
  }
  options.address = "localhost";
  EXPECT_THROW(Server(options, dispatcher), Error);
}

}  // namespace
}  // namespace tapmask::api
