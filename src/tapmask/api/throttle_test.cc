// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/throttle.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace tapmask::api {
namespace {

using namespace std::chrono_literals;

const Time kNow = *ParseTime("2026-03-01T12:00:00.000Z");

TEST(Throttle, LetsABurstThroughAndThenOneAtATime) {
  Throttle throttle({.burst = 3, .per_try = 10s});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(throttle.Try("a", kNow)) << i;

  EXPECT_EQ(throttle.Try("a", kNow), 10s);
  EXPECT_EQ(throttle.Try("a", kNow), 10s) << "what is refused does not count";
  EXPECT_EQ(throttle.Try("a", kNow + 3'500ms), 7s);
  EXPECT_EQ(throttle.Try("a", kNow + 9'999ms), 1s);
  EXPECT_FALSE(throttle.Try("a", kNow + 10s));
  EXPECT_TRUE(throttle.Try("a", kNow + 10s));
  EXPECT_FALSE(throttle.Try("b", kNow)) << "others are others";
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(throttle.Try("a", kNow + 1h)) << i;
  EXPECT_TRUE(throttle.Try("a", kNow + 1h)) << "nothing is saved up beyond the burst";
}

TEST(Throttle, GivesTriesBack) {
  Throttle throttle({.burst = 1, .per_try = 10s});
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(throttle.Try("a", kNow)) << i;
    throttle.GiveBack("a");
  }
  EXPECT_FALSE(throttle.Try("a", kNow));
  EXPECT_TRUE(throttle.Try("a", kNow));
  throttle.GiveBack("unknown");
}

TEST(Throttle, LocksNobodyOutWhenTheClockIsSetBack) {
  Throttle throttle({.burst = 2, .per_try = 10s});
  EXPECT_FALSE(throttle.Try("a", kNow));

  EXPECT_EQ(throttle.Try("a", kNow - 24h), 10s);
  EXPECT_FALSE(throttle.Try("a", kNow + 20s));
}

TEST(Throttle, BoundsItsMemoryAndForgetsWhoWasQuietLongest) {
  Throttle throttle({.burst = 1, .per_try = 60s, .most_keys = 100});
  EXPECT_FALSE(throttle.Try("early", kNow));
  for (int i = 0; i < 99; ++i) EXPECT_FALSE(throttle.Try(std::to_string(i), kNow));
  EXPECT_EQ(throttle.size(), 100u);
  EXPECT_TRUE(throttle.Try("early", kNow));

  for (int i = 99; i < 10'000; ++i) EXPECT_FALSE(throttle.Try(std::to_string(i), kNow));

  EXPECT_EQ(throttle.size(), 100u);
  EXPECT_TRUE(throttle.Try("9999", kNow));
  EXPECT_FALSE(throttle.Try("early", kNow));
}

TEST(Throttle, CountsRightOverThreads) {
  Throttle throttle({.burst = 500, .per_try = 60s});
  std::atomic<int> passed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 500; ++j) passed += throttle.Try("a", kNow) ? 0 : 1;
      });
    }
  }
  EXPECT_EQ(passed, 500);
}

TEST(AddressKey, TakesTheNetworkOfIpv6) {
  EXPECT_EQ(AddressKey("2001:db8:1:2::1"), AddressKey("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(AddressKey("2001:db8:1:2::1"), AddressKey("2001:db8:1:3::1"));
  EXPECT_EQ(AddressKey("fe80::1%eth0"), AddressKey("fe80::2"));
  EXPECT_EQ(AddressKey("::ffff:192.0.2.7"), AddressKey("192.0.2.7"));
  EXPECT_NE(AddressKey("192.0.2.7"), AddressKey("192.0.2.8"));
  EXPECT_NE(AddressKey("::ffff:192.0.2.7"), AddressKey("::ffff:192.0.2.8"));
  EXPECT_NE(AddressKey("::1"), AddressKey("127.0.0.1"));
  EXPECT_EQ(AddressKey(""), "");
  EXPECT_EQ(AddressKey("unix"), "unix");
}

}  // namespace
}  // namespace tapmask::api
