// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/api/test_server.h"

namespace tapmask::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string GetRequest(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

[[maybe_unused]] int64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

TEST(ServerUnderLoad, KeepsManyConnectionsApart) {
  TestServer server;
  std::vector<TestClient> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(server.Connect());
  for (int round = 0; round < 5; ++round) {
    for (size_t i = 0; i < clients.size(); ++i) {
      const std::string body = std::to_string(round * 1'000 + static_cast<int>(i));
      ASSERT_TRUE(clients[i].Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                                  std::to_string(body.size()) + "\r\n\r\n" + body));
    }
    for (size_t i = 0; i < clients.size(); ++i) {
      const auto answer = clients[i].Read();
      ASSERT_EQ(answer.status, 200);
      ASSERT_EQ(answer.body, std::to_string(round * 1'000 + static_cast<int>(i)));
    }
  }
  EXPECT_EQ(server.server().connections(), 200);
}

TEST(ServerUnderLoad, TakesALargeUploadInLittleMemory) {
  TestServer server;
  TestClient client = server.Connect();
  const std::string piece(1'000'000, 'a');
  [[maybe_unused]] const int64_t before = ResidentBytes();
  client.Send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 64000000\r\n\r\n");
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(client.Send(piece));
  EXPECT_EQ(client.Read().body, "64000000 bytes");

  client.Send("POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(client.Send("f4240\r\n" + piece + "\r\n"));
  client.Send("0\r\n\r\n");
  EXPECT_EQ(client.Read().body, "64000000 bytes");

  EXPECT_LE(server.largest_piece, 64u * 1024);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // They keep freed memory.
  EXPECT_LT(ResidentBytes() - before, 32'000'000);
#endif
}

TEST(ServerUnderLoad, SurvivesClientsThatVanish) {
  TestServer server;
  for (int i = 0; i < 100; ++i) {
    TestClient client = server.Connect();
    switch (i % 4) {
      case 0: client.Send("GET /hel"); break;
      case 1:
        client.Send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
        break;
      case 2: client.Send(GetRequest("/large/10000000")); break;
      default: break;
    }
  }
  TestClient client = server.Connect();
  client.Send(GetRequest("/hello"));
  EXPECT_EQ(client.Read().body, "hello");
}

TEST(ServerDrain, FinishesRequestsAndClosesIdleConnections) {
  TestServer server;
  TestClient idle = server.Connect(), busy = server.Connect();
  idle.Send(GetRequest("/hello"));
  idle.Read();
  busy.Send(GetRequest("/gate"));
  server.gate.AwaitWaiting(1);

  std::jthread stopping([&] { server.server().Stop(seconds(60)); });
  EXPECT_TRUE(idle.IsClosed());
  server.gate.Open();
  const auto answer = busy.Read();
  EXPECT_EQ(answer.body, "passed");
  EXPECT_EQ(answer.headers.Get("Connection"), "close");
  busy.Close();
  stopping.join();
  EXPECT_EQ(server.server().connections(), 0);
}

TEST(ServerDrain, EndsLongPolls) {
  Limits limits;
  limits.linger_time = milliseconds(20);
  TestServer server(limits, 1);
  TestClient client = server.Connect();
  client.Send(GetRequest("/poll"));
  // On the same loop: by its answer, the poll waits.
  EXPECT_EQ(server.Ask(GetRequest("/hello")).status, 200);

  std::jthread stopping([&] { server.server().Stop(seconds(60)); });
  EXPECT_EQ(client.Read().body, "stopped");
}

TEST(ServerDrain, CutsWhatDoesNotEndInTime) {
  TestServer server;
  TestClient upload = server.Connect(), reader(server.port(), 4'096);
  upload.Send(
      "POST /count HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n");
  EXPECT_EQ(upload.Read().status, 100);
  reader.Send(GetRequest("/large/100000000"));
  reader.ReadUntil("\r\n\r\n");

  server.server().Stop(milliseconds(10));

  EXPECT_EQ(server.server().connections(), 0);
  EXPECT_LT(reader.ReadAll().size(), 100'000'000u);
  upload.ReadAll();
}

TEST(ServerDrain, DoesNothingTwiceOrWithoutAStart) {
  TestServer server;
  server.server().Stop(seconds(1));
  server.server().Stop(seconds(1));
  server.server().Start();

  BlockingPool pool({.threads = 1, .most_waiting = 1});
  const Dispatcher dispatcher({}, pool);
  Server never({}, dispatcher);
  never.Stop(seconds(1));
}

TEST(ServerEvents, ComeAsTheyHappen) {
  TestServer server;
  TestClient client = server.Connect();
  client.Send(GetRequest("/events"));
  const std::string first = client.ReadUntil("event: job\nid: 1\ndata: one\n\n");
  EXPECT_NE(first.find("Content-Type: text/event-stream\r\n"), std::string::npos);
  EXPECT_NE(first.find("Cache-Control: no-store\r\n"), std::string::npos);

  server.wakeup.Notify();
  EXPECT_NE(client.ReadUntil("data: news\n\n").find("data: news\n\n"), std::string::npos);
}

TEST(ServerEvents, ShowThatTheLineIsUp) {
  Limits limits;
  limits.event_time = milliseconds(10);
  TestServer server(limits);
  TestClient client = server.Connect();
  client.Send(GetRequest("/events"));
  EXPECT_NE(client.ReadUntil("3\r\n:\n\n\r\n3\r\n:\n\n\r\n").find(":\n\n"), std::string::npos);
}

TEST(ServerEvents, EndWellWhenTheServerDrains) {
  Limits limits;
  limits.linger_time = milliseconds(20);
  TestServer server(limits);
  TestClient client = server.Connect();
  client.Send(GetRequest("/events"));
  client.ReadUntil("data: one\n\n");

  std::jthread stopping([&] { server.server().Stop(seconds(60)); });
  const std::string all = client.ReadAll();
  EXPECT_TRUE(all.ends_with("\r\n0\r\n\r\n")) << all;
}

// Not only when the next event comes.
TEST(ServerEvents, EndWhenTheClientGoes) {
  TestServer server;
  {
    TestClient client = server.Connect();
    client.Send(GetRequest("/events"));
    client.ReadUntil("data: one\n\n");
  }
  EXPECT_EQ(server.AwaitSeen(1)[0].route, "/events");
}

}  // namespace
}  // namespace tapmask::api
