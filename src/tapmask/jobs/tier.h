// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tapmask {

enum class Tier {
  kFree,
  kPro,
  kLocal,  // The owner of the machine: no quota, bounded by the disk.
};

std::string_view TierName(Tier tier);  // "free", "pro", "local"
std::optional<Tier> ParseTier(std::string_view name);

// What an account may do. Checked before the first expensive byte.
struct TierLimits {
  std::optional<int> videos_per_month;  // Videos on which an effect is worked; nothing: no quota.
  int64_t max_file_bytes = 0;
  std::chrono::seconds max_duration{};
  int max_long_side_px = 0;
  int max_short_side_px = 0;
  int64_t max_frames = 0;
  int64_t max_stored_bytes = 0;  // Of all that the account keeps, unfinished uploads included.
  int max_waiting_jobs = 0;      // Of one user; so many previews besides.
  int max_running_jobs = 0;      // Of one user and one kind.
};

// The limits of every tier; the defaults are those of the product.
struct Tiers {
  static constexpr int64_t kMega = 1'000'000, kGiga = 1'000'000'000;

  TierLimits free{5, 500 * kMega, std::chrono::minutes(5), 1920, 1080, 18'000, 2 * kGiga, 5, 1};
  TierLimits pro{100, 10 * kGiga, std::chrono::minutes(60), 4096, 2304, 432'000, 100 * kGiga,
                 100, 4};
  TierLimits local{std::nullopt, INT64_MAX, std::chrono::hours(4), 8192, 4320, 1'000'000, INT64_MAX,
                   10'000,       64};

  const TierLimits& Of(Tier tier) const;
};

}  // namespace tapmask
