// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/child_limits.h"

#include <algorithm>
#include <cmath>

namespace tapmask {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;
constexpr int64_t kMostSeconds = 30 * 24 * 3600;

// Of addresses: the program, its libraries and threads, then some hundred frames in decoder,
// encoder and between, at two bytes a sample and one and a half samples a pixel.
int64_t MemoryFor(int64_t pixels) {
  return 4 * kGiB + pixels * 3 * 150;
}

int64_t PixelsOf(const TierLimits& tier) {
  return static_cast<int64_t>(tier.max_long_side_px) * tier.max_short_side_px;
}

int64_t PixelsOf(const VideoFacts& facts) {
  // A pixel that is shown wide may be stored narrow, and the other way round.
  return int64_t{2} * facts.width * facts.height;
}

// Wall time: a job of 1080p takes a tenth of this on two slow cores.
std::chrono::seconds TimeFor(const VideoFacts& facts) {
  const double megapixels = static_cast<double>(facts.width) * facts.height / 1e6;
  const double seconds = 600 + static_cast<double>(facts.frames) * (2 + 2 * megapixels);
  return std::chrono::seconds(std::min(kMostSeconds, static_cast<int64_t>(std::min(seconds, 1e9))));
}

std::chrono::seconds TimeFor(const TierLimits& tier) {
  return std::chrono::seconds(std::min(kMostSeconds, 300 + tier.max_frames / 4));
}

SandboxLimits LimitsFor(int64_t pixels, std::chrono::seconds wall, int threads) {
  SandboxLimits limits;
  limits.memory_bytes = MemoryFor(pixels);
  limits.cpu_seconds = wall.count() * std::max(1, threads);
  return limits;
}

// The rest of the service needs to write, too.
int64_t MostOf(int64_t free_bytes) {
  return std::max<int64_t>(0, free_bytes - kGiB / 4);
}

}  // namespace

SandboxLimits LimitsOfIngest(const TierLimits& tier, int threads, int64_t free_bytes) {
  SandboxLimits limits = LimitsFor(PixelsOf(tier), TimeFor(tier), threads);
  limits.file_bytes = std::min(16 * kGiB, MostOf(free_bytes));
  return limits;
}

SandboxLimits LimitsOfPreview(const VideoFacts& facts, int threads) {
  // One child serves many taps.
  SandboxLimits limits = LimitsFor(PixelsOf(facts), std::chrono::hours(1), threads);
  limits.file_bytes = kGiB / 1024;  // It writes none.
  return limits;
}

SandboxLimits LimitsOfMask(const VideoFacts& facts, int threads, int64_t free_bytes) {
  SandboxLimits limits = LimitsFor(PixelsOf(facts), TimeFor(facts), threads);
  limits.file_bytes = MostOf(free_bytes);
  return limits;
}

int64_t MostOfCheckpoint(int64_t free_bytes) {
  return std::clamp<int64_t>(free_bytes / 8, 0, 4 * kGiB);
}

TaskPatience PatienceOfIngest(const TierLimits& tier) {
  TaskPatience patience;
  patience.whole = TimeFor(tier);
  return patience;
}

TaskPatience PatienceOfPreview() {
  TaskPatience patience;
  patience.silence = std::chrono::seconds(60);
  patience.whole = std::chrono::seconds(60);
  return patience;
}

TaskPatience PatienceOfMask(const VideoFacts& facts) {
  TaskPatience patience;
  patience.whole = TimeFor(facts);
  return patience;
}

nlohmann::json LimitsJson(const TierLimits& tier, int64_t file_bytes) {
  return {{"max_long_side_px", tier.max_long_side_px},
          {"max_short_side_px", tier.max_short_side_px},
          {"max_duration_seconds", tier.max_duration.count()},
          {"max_frames", tier.max_frames},
          {"max_file_bytes", std::max(tier.max_file_bytes, file_bytes)}};
}

}  // namespace tapmask
