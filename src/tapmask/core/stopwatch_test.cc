// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/stopwatch.h"

#include <ctime>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

void Work(std::string_view step, double seconds) {
  const Stopwatch watch(step);
  const std::clock_t end = std::clock() + static_cast<std::clock_t>(seconds * CLOCKS_PER_SEC);
  while (std::clock() < end) {
  }
}

// One test, since collecting is the process's.
TEST(Stopwatch, AddsUpTheTimeOfEveryStepOnceSomeoneCollects) {
  Work("early", 0.001);
  EXPECT_TRUE(Stopwatch::Seconds().empty());

  Stopwatch::Collect();
  Work("long", 0.02);
  Work("short", 0.002);
  Work("long", 0.02);

  const auto seconds = Stopwatch::Seconds();
  ASSERT_EQ(seconds.size(), 2);
  EXPECT_GT(seconds.at("long"), 0.03);
  EXPECT_GT(seconds.at("long"), 2 * seconds.at("short"));
  EXPECT_GT(seconds.at("short"), 0.001);

  Stopwatch::Collect();
  EXPECT_TRUE(Stopwatch::Seconds().empty());
}

}  // namespace
}  // namespace tapmask
