// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/upload_body.h"

#include <chrono>
#include <exception>
#include <span>
#include <string>
#include <string_view>

namespace tapmask::api {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr size_t kFirstBufferBytes = 16 * 1024, kMostBufferBytes = 256 * 1024;
// What a slow client has sent is written after so long, for a cut line loses what is not.
constexpr std::chrono::milliseconds kMostUnwritten{500};

}  // namespace

Task<void> ReceiveBody(BodyReader& reader, BlockingPool& pool, UploadLocks::Hold* hold,
                       UploadWriter& writer, int64_t most_bytes,
                       std::function<HttpError(int64_t offset)> too_long) {
  std::string buffer(kFirstBufferBytes, '\0');
  size_t filled = 0;
  auto written_at = SteadyClock::now();
  std::exception_ptr failure;
  bool is_at_end = false, is_too_long = false, can_write = true;
  while (!is_at_end && !is_too_long && !failure) {
    if (filled == buffer.size()) buffer.resize(2 * buffer.size());
    size_t got = 0;
    try {
      got = co_await reader.Read(std::span(buffer).subspan(filled));
    } catch (...) {
      failure = std::current_exception();
    }
    if (static_cast<int64_t>(got) > most_bytes) {
      is_too_long = true;
      got = 0;
    }
    most_bytes -= static_cast<int64_t>(got);
    filled += got;
    is_at_end = got == 0;
    const auto now = SteadyClock::now();
    const bool is_due = is_at_end || filled >= kMostBufferBytes || !writer.knows_format() ||
                        now - written_at >= kMostUnwritten;
    if (filled == 0 || !is_due) continue;
    try {
      co_await RunStep(pool, hold, [&] { writer.Write(std::string_view(buffer.data(), filled)); });
    } catch (...) {
      if (!failure) failure = std::current_exception();
      can_write = false;
    }
    filled = 0;
    written_at = now;
  }
  if (!failure && !is_too_long) co_return;
  try {
    if (can_write) co_await RunStep(pool, hold, [&] { writer.Keep(); });
  } catch (...) {  // The first failure is the one to tell.
  }
  if (failure) std::rethrow_exception(failure);
  throw too_long(writer.offset());
}

}  // namespace tapmask::api
