// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "tapmask/core/clock.h"
#include "tapmask/jobs/tier.h"

namespace tapmask {

// What every job store keeps to, whatever it is made of.
struct JobRules {
  Tiers tiers;
  int max_queued = 10'000;  // Jobs that wait, of all users; more are refused at once.
  std::chrono::milliseconds lease = std::chrono::seconds(30);
  std::chrono::milliseconds first_backoff = std::chrono::seconds(2);
};

// How long a job waits before attempt `attempt + 1`: doubled with each attempt that failed.
std::chrono::milliseconds Backoff(const JobRules& rules, int attempt);

// Whose turn it is. Of one kind of jobs, every fifth turn serves the free tier first, the others
// the paid ones (pro and local are one class), so that free waits but never starves. A class that
// has nothing to claim gives its turn to the other.
//
// Inside a class users take turns by virtual time (start-time fair queuing; Goyal, Vin and Cheng,
// 1997). A user begins at the later of the user's own and the class's, and who begins earliest is
// served: that is the class's time from then on, and one more the user's own. So a user who comes
// late is served soon but gains nothing by having waited. Equal ones: who has the oldest job that
// is due. Inside a user: the oldest job that is due. A user at `max_running_jobs` of this kind is
// passed over. Jobs are as old as their place in the line: coming back to the queue changes it not.
enum class TierClass { kFree, kPaid };
TierClass ClassOf(Tier tier);
std::string_view TierClassName(TierClass tier_class);  // "free", "paid"
TierClass FirstServed(int64_t turn);  // `turn` counts from 0, for each kind of jobs.

// The next moment after `now` at which a month that began at `anchor` is over: the same day of a
// later month at the same time of day, UTC; the last day of a month that has no such day.
Time NextQuotaReset(Time anchor, Time now);

}  // namespace tapmask
