// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tapmask::api {

// What one client may cost. Every wait of a connection has an end; none of these may be 0.
struct Limits {
  size_t header_bytes = 8 * 1024;  // Request line and header fields together.
  size_t header_fields = 100;
  size_t target_bytes = 4 * 1024;
  int connections = 20'000;  // Open at once; further ones are answered 503 and closed.

  // From the first byte of a request (or from the connection's beginning) to the end of its header.
  std::chrono::milliseconds header_time{10'000};
  // Between two requests of a connection.
  std::chrono::milliseconds idle_time{75'000};
  // Without a single byte of a body.
  std::chrono::milliseconds body_stall_time{30'000};
  // A body may take so long, and longer by a second for so many bytes. Time in which the server
  // itself was busy does not count.
  std::chrono::milliseconds body_time{60'000};
  int64_t body_bytes_per_second = 1'024;
  // For a client to take 64 KB of an answer.
  std::chrono::milliseconds write_time{30'000};
  // For a client to close its side, once an answer was sent and we will read no more.
  std::chrono::milliseconds linger_time{2'000};
  // Between two signs of life on an event stream.
  std::chrono::milliseconds event_time{15'000};
};

}  // namespace tapmask::api
