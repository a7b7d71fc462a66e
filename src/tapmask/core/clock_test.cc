// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/clock.h"

#include <chrono>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

using std::chrono::milliseconds;
using std::chrono::sys_days;
using namespace std::chrono_literals;

TEST(TimeText, IsIso8601InUtcWithMilliseconds) {
  EXPECT_EQ(TimeText(Time{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(TimeText(sys_days(2026y / 3 / 1) + 12h + 34min + 56s + 789ms),
            "2026-03-01T12:34:56.789Z");
  EXPECT_EQ(TimeText(sys_days(2024y / 2 / 29) + 24h - 1ms), "2024-02-29T23:59:59.999Z");
}

TEST(TimeText, CountsBackwardsFromTheEpochWithoutSlippingADay) {
  EXPECT_EQ(TimeText(Time(milliseconds(-1))), "1969-12-31T23:59:59.999Z");
}

TEST(ParseTime, ReadsWhatTimeTextWrites) {
  // Steps that share no factor with a day visit all hours, minutes and milliseconds.
  for (Time time = sys_days(1969y / 12 / 30); time < sys_days(2101y / 1 / 1);
       time += 123h + 47min + 11s + 7ms) {
    ASSERT_EQ(ParseTime(TimeText(time)), time) << TimeText(time);
  }
}

TEST(ParseTime, RefusesWhatTimeTextDoesNotWrite) {
  for (const char* text : {"",
                           "2026-03-01",
                           "2026-03-01T12:00:00Z",
                           "2026-03-01T12:00:00.000",
                           "now",
                           "2026-03-01 12:00:00.000Z",
                           "2026-03-01T12:00:00.000z",
                           "2026-03-01T12:00:00,000Z",
                           "2026-03-01T12:00:00.000+",
                           " 2026-03-01T12:00:00.00Z",
                           "2026-03-01T12:00:00.000Z ",
                           "+026-03-01T12:00:00.000Z",
                           "-026-03-01T12:00:00.000Z",
                           "2026-+3-01T12:00:00.000Z",
                           "2026-03-1 T12:00:00.000Z",
                           "20x6-03-01T12:00:00.000Z",
                           "2026-03-01T12:00:00.0 0Z",
                           "2026-13-01T12:00:00.000Z",
                           "2026-00-01T12:00:00.000Z",
                           "2026-02-29T12:00:00.000Z",
                           "2026-04-31T12:00:00.000Z",
                           "2026-04-00T12:00:00.000Z",
                           "2026-03-01T24:00:00.000Z",
                           "2026-03-01T12:60:00.000Z",
                           "2026-03-01T23:59:60.000Z"}) {
    EXPECT_EQ(ParseTime(text), std::nullopt) << text;
  }
  EXPECT_EQ(ParseTime(std::string_view("2026-03-01T12:00:00.00\0Z", 24)), std::nullopt);
}

TEST(SystemClock, TellsTheTimeOfTheSystem) {
  const auto before = std::chrono::system_clock::now();
  const Time now = SystemClock().Now();
  const auto after = std::chrono::system_clock::now();

  EXPECT_GT(now, before - 1ms);  // Whole milliseconds, rounded down.
  EXPECT_LE(now, after);
}

}  // namespace
}  // namespace tapmask
