// SPDX-License-Identifier: Apache-2.0
#include "tapmask/jobs/tier.h"

namespace tapmask {

std::string_view TierName(Tier tier) {
  switch (tier) {
    case Tier::kFree: return "free";
    case Tier::kPro: return "pro";
    case Tier::kLocal: return "local";
  }
  return "";
}

std::optional<Tier> ParseTier(std::string_view name) {
  for (const Tier tier : {Tier::kFree, Tier::kPro, Tier::kLocal}) {
    if (name == TierName(tier)) return tier;
  }
  return std::nullopt;
}

const TierLimits& Tiers::Of(Tier tier) const {
  switch (tier) {
    case Tier::kFree: return free;
    case Tier::kPro: return pro;
    case Tier::kLocal: return local;
  }
  return free;
}

}  // namespace tapmask
