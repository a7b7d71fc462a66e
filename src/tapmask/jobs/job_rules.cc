// SPDX-License-Identifier: Apache-2.0
#include "tapmask/jobs/job_rules.h"

#include <algorithm>

namespace tapmask {
namespace {

constexpr int64_t kFreeTurn = 5;  // Every so many.

Time AfterMonths(Time anchor, int months) {
  const auto day = std::chrono::floor<std::chrono::days>(anchor);
  const std::chrono::year_month_day date(day);
  const std::chrono::year_month month =
      std::chrono::year_month(date.year(), date.month()) + std::chrono::months(months);
  std::chrono::year_month_day to = month / date.day();
  if (!to.ok()) to = std::chrono::year_month_day(month / std::chrono::last);
  return std::chrono::sys_days(to) + (anchor - day);
}

}  // namespace

std::chrono::milliseconds Backoff(const JobRules& rules, int attempt) {
  return rules.first_backoff * (int64_t{1} << std::clamp(attempt - 1, 0, 10));
}

TierClass ClassOf(Tier tier) {
  return tier == Tier::kFree ? TierClass::kFree : TierClass::kPaid;
}

std::string_view TierClassName(TierClass tier_class) {
  switch (tier_class) {
    case TierClass::kFree: return "free";
    case TierClass::kPaid: return "paid";
  }
  return "";
}

TierClass FirstServed(int64_t turn) {
  return turn % kFreeTurn == 0 ? TierClass::kFree : TierClass::kPaid;
}

Time NextQuotaReset(Time anchor, Time now) {
  if (now < anchor) return anchor;
  const std::chrono::year_month_day from(std::chrono::floor<std::chrono::days>(anchor)),
      to(std::chrono::floor<std::chrono::days>(now));
  const int years = static_cast<int>(to.year()) - static_cast<int>(from.year());
  int months = years * 12 + static_cast<int>(static_cast<unsigned>(to.month())) -
               static_cast<int>(static_cast<unsigned>(from.month()));
  while (AfterMonths(anchor, months) <= now) ++months;
  return AfterMonths(anchor, months);
}

}  // namespace tapmask
