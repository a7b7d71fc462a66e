// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/child_limits.h"

#include <gtest/gtest.h>

namespace tapmask {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

VideoFacts Facts(int width, int height, int64_t frames) {
  VideoFacts facts;
  facts.width = width;
  facts.height = height;
  facts.frames = frames;
  return facts;
}

// What a sandbox takes.
void ExpectSane(const SandboxLimits& limits) {
  EXPECT_GE(limits.memory_bytes, 4 * kGiB);
  EXPECT_LT(limits.memory_bytes, int64_t{1} << 46);  // Within what a process can address.
  EXPECT_GE(limits.cpu_seconds, 1);
  EXPECT_LE(limits.cpu_seconds, int64_t{30} * 24 * 3600 * 1024);
  EXPECT_GE(limits.file_bytes, 0);
}

TEST(ChildLimits, AreSaneForAllThatCanBe) {
  const Tiers tiers;
  for (const int threads : {0, 1, 1024}) {
    for (const TierLimits* tier : {&tiers.free, &tiers.pro, &tiers.local}) {
      for (const int64_t free : {int64_t{0}, kGiB, INT64_MAX}) {
        ExpectSane(LimitsOfIngest(*tier, threads, free));
      }
    }
    for (const VideoFacts& facts :
         {Facts(1, 1, 1), Facts(1920, 1080, 18'000), Facts(65'536, 65'536, 100'000'000)}) {
      ExpectSane(LimitsOfPreview(facts, threads));
      for (const int64_t free : {int64_t{0}, kGiB, INT64_MAX}) {
        ExpectSane(LimitsOfMask(facts, threads, free));
      }
    }
  }
}

TEST(ChildLimits, LeaveTheServiceSomeOfTheDisk) {
  EXPECT_EQ(MostOfCheckpoint(0), 0);
  EXPECT_EQ(MostOfCheckpoint(8 * kGiB), kGiB);
  EXPECT_EQ(MostOfCheckpoint(INT64_MAX), 4 * kGiB);
  const VideoFacts facts = Facts(1920, 1080, 100);
  EXPECT_EQ(LimitsOfMask(facts, 1, kGiB / 8).file_bytes, 0);
  EXPECT_EQ(LimitsOfMask(facts, 1, 10 * kGiB).file_bytes, 10 * kGiB - kGiB / 4);

  const TierLimits tier = Tiers{}.pro;
  EXPECT_EQ(LimitsOfIngest(tier, 1, kGiB / 8).file_bytes, 0);
  EXPECT_EQ(LimitsOfIngest(tier, 1, 10 * kGiB).file_bytes, 10 * kGiB - kGiB / 4);
  EXPECT_EQ(LimitsOfIngest(tier, 1, 1000 * kGiB).file_bytes, 16 * kGiB);
}

TEST(ChildLimits, GrowWithTheVideoAndTheThreads) {
  const VideoFacts small = Facts(640, 360, 100), large = Facts(3840, 2160, 100),
                   longer = Facts(640, 360, 10'000);
  EXPECT_LT(LimitsOfMask(small, 1, kGiB).memory_bytes, LimitsOfMask(large, 1, kGiB).memory_bytes);
  EXPECT_LT(LimitsOfMask(small, 1, kGiB).cpu_seconds, LimitsOfMask(longer, 1, kGiB).cpu_seconds);
  EXPECT_EQ(LimitsOfMask(small, 4, kGiB).cpu_seconds, 4 * LimitsOfMask(small, 1, kGiB).cpu_seconds);
}

TEST(ChildLimits, LetWorkTakeItsTimeButNotForEver) {
  const auto month = std::chrono::hours(30 * 24);
  // Of a minute of 1080p, at the slowest two seconds a frame.
  EXPECT_GE(PatienceOfMask(Facts(1920, 1080, 1500)).whole, std::chrono::seconds(3000));
  EXPECT_EQ(PatienceOfMask(Facts(65'536, 65'536, 100'000'000)).whole, month);
  EXPECT_LE(PatienceOfIngest(Tiers{}.local).whole, month);
  EXPECT_GE(PatienceOfIngest(Tiers{}.free).whole, std::chrono::minutes(5));
  EXPECT_LE(PatienceOfPreview().whole, std::chrono::minutes(1));
}

TEST(ChildLimits, AreToldToTheChild) {
  const nlohmann::json limits = LimitsJson(Tiers{}.free, 7);
  EXPECT_EQ(limits.at("max_long_side_px"), 1920);
  EXPECT_EQ(limits.at("max_short_side_px"), 1080);
  EXPECT_EQ(limits.at("max_duration_seconds"), 300);
  EXPECT_EQ(limits.at("max_frames"), 18'000);
  EXPECT_EQ(limits.at("max_file_bytes"), 500'000'000);
  // The tier may have changed since the file got in.
  EXPECT_EQ(LimitsJson(Tiers{}.free, 600'000'000).at("max_file_bytes"), 600'000'000);
}

}  // namespace
}  // namespace tapmask
