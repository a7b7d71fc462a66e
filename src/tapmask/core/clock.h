// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tapmask {

// A moment of the calendar, UTC.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// Where the time comes from, so that tests can move it. May be used from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time Now() const override;
};

// ISO 8601 with milliseconds, "2026-03-01T12:00:00.000Z".
std::string TimeText(Time time);
// Reads what `TimeText` writes; nothing for anything else.
std::optional<Time> ParseTime(std::string_view text);

}  // namespace tapmask
