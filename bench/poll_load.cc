// SPDX-License-Identifier: Apache-2.0
// Many clients that poll at a steady pace over connections that stay open, whatever the server
// does: a request's time counts from when it was due, so a slow server cannot hide behind fewer
// requests.
//
//   build/release/bench/poll_load PORT REQUESTS CONNECTIONS INTERVAL_MS SECONDS
//
// To 127.0.0.1. REQUESTS is a file: a line a request, "PATH<tab>COOKIE" (the cookie may be empty),
// dealt out to the connections in turn. Prints one JSON object; times in ms.
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
  int socket = -1;
  const std::string* request = nullptr;
  Clock::time_point due;      // Of the next request,
  Clock::time_point asked;    // and of the one under way.
  bool is_under_way = false;  // Its answer has not come whole.
  std::string answer;
};

struct Figures {
  int64_t sent = 0, answered = 0, late = 0, errors = 0;
  std::vector<float> ms;
};

int Connect(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return -1;
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(socket, F_SETFL, O_NONBLOCK);
  return socket;
}

// The length of a whole answer in `text`; 0: more is to come.
size_t WholeAnswer(const std::string& text) {
  const size_t head = text.find("\r\n\r\n");
  if (head == std::string::npos) return 0;
  size_t length = 0;
  for (const char* name : {"Content-Length: ", "content-length: "}) {
    const size_t at = text.find(name);
    if (at < head) length = std::strtoul(text.c_str() + at + 16, nullptr, 10);
  }
  const size_t whole = head + 4 + length;
  return text.size() >= whole ? whole : 0;
}

bool IsGood(const std::string& text) {
  return text.compare(0, 12, "HTTP/1.1 200") == 0 || text.compare(0, 12, "HTTP/1.1 304") == 0;
}

float At(std::vector<float>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1,
                         static_cast<size_t>(share * static_cast<double>(sorted.size())))];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    fmt::print(stderr, "usage: poll_load PORT REQUESTS CONNECTIONS INTERVAL_MS SECONDS\n");
    return 2;
  }
  const int port = std::atoi(argv[1]), count = std::atoi(argv[3]);
  const std::chrono::milliseconds interval(std::atoi(argv[4]));
  const std::chrono::seconds seconds(std::atoi(argv[5]));
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);

  std::vector<std::string> requests;
  std::ifstream lines(argv[2]);
  for (std::string line; std::getline(lines, line);) {
    const size_t tab = line.find('\t');
    std::string request = "GET " + line.substr(0, tab) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    if (tab != std::string::npos && tab + 1 < line.size()) {
      request += "Cookie: " + line.substr(tab + 1) + "\r\n";
    }
    requests.push_back(request + "\r\n");
  }
  if (requests.empty() || count < 1) {
    fmt::print(stderr, "poll_load: no requests\n");
    return 2;
  }

  const int poller = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Connection> connections(static_cast<size_t>(count));
  Figures figures;
  for (size_t i = 0; i < connections.size(); ++i) {
    Connection& one = connections[i];
    one.request = &requests[i % requests.size()];
    one.socket = Connect(port);
    if (one.socket < 0) {
      ++figures.errors;
      continue;
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(poller, EPOLL_CTL_ADD, one.socket, &event);
  }
  const Clock::time_point begun = Clock::now(), end = begun + seconds;
  // Spread evenly over the interval; the order in which they are due is that of their numbers.
  for (size_t i = 0; i < connections.size(); ++i) {
    connections[i].due = begun + interval * static_cast<int64_t>(i) / count;
  }
  size_t next = 0;
  std::array<epoll_event, 512> events{};
  std::array<char, 1 << 16> bytes{};
  const auto fail = [&](Connection& one) {
    ++figures.errors;
    ::close(one.socket);
    one.socket = -1;
  };
  while (true) {
    const Clock::time_point now = Clock::now();
    if (now >= end + std::chrono::seconds(2)) break;
    while (now < end) {
      Connection& one = connections[next];
      if (one.due > now) break;
      next = (next + 1) % connections.size();
      const Clock::time_point due = one.due;
      one.due += interval;
      if (one.socket < 0) continue;
      if (one.is_under_way) {  // Not answered within a whole interval.
        ++figures.late;
        continue;
      }
      const ssize_t sent =
          ::send(one.socket, one.request->data(), one.request->size(), MSG_NOSIGNAL);
      if (sent != static_cast<ssize_t>(one.request->size())) {
        fail(one);
        continue;
      }
      ++figures.sent;
      one.asked = due;
      one.is_under_way = true;
    }
    const int ready = ::epoll_wait(poller, events.data(), static_cast<int>(events.size()), 1);
    for (int i = 0; i < ready; ++i) {
      Connection& one = connections[events[static_cast<size_t>(i)].data.u64];
      const ssize_t got = ::recv(one.socket, bytes.data(), bytes.size(), 0);
      if (got < 0 && errno == EAGAIN) continue;
      if (got <= 0) {
        fail(one);
        continue;
      }
      one.answer.append(bytes.data(), static_cast<size_t>(got));
      const size_t whole = WholeAnswer(one.answer);
      if (whole == 0) continue;
      if (!IsGood(one.answer)) ++figures.errors;
      one.answer.erase(0, whole);
      ++figures.answered;
      figures.ms.push_back(
          std::chrono::duration<float, std::milli>(Clock::now() - one.asked).count());
      one.is_under_way = false;
    }
  }
  int64_t open = 0;
  for (const Connection& one : connections) {
    if (one.is_under_way) ++figures.errors;  // Never answered.
    open += one.socket >= 0;
  }
  std::sort(figures.ms.begin(), figures.ms.end());
  fmt::print(
      "{{\"connections\": {}, \"open_at_end\": {}, \"sent\": {}, \"answered\": {}, \"late\": {}, "
      "\"errors\": {}, \"per_second\": {:.0f}, \"p50_ms\": {:.1f}, \"p90_ms\": {:.1f}, \"p99_ms\": "
      "{:.1f}, \"p999_ms\": {:.1f}, \"max_ms\": {:.1f}}}\n",
      count, open, figures.sent, figures.answered, figures.late, figures.errors,
      static_cast<double>(figures.answered) / static_cast<double>(seconds.count()),
      At(figures.ms, 0.5), At(figures.ms, 0.9), At(figures.ms, 0.99), At(figures.ms, 0.999),
      figures.ms.empty() ? 0.0F : figures.ms.back());
  return figures.errors == 0 ? 0 : 1;
}
