// SPDX-License-Identifier: Apache-2.0
// A store and a plain model of it are asked the same at random, under a clock that jumps, and must
// give the same answers. TAPMASK_STORE_OPS=100000 asks more often.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tapmask/store/job_store_walk.h"
#include "tapmask/store/store_conformance.h"

namespace tapmask {

using namespace std::chrono_literals;

namespace {

constexpr int kSeeds = 4;

int OpsOfASeed() {
  const char* wanted = std::getenv("TAPMASK_STORE_OPS");
  return (wanted ? std::max(std::atoi(wanted), 1) : 10'000) / kSeeds;
}

JobRules TightRules() {
  JobRules rules;
  rules.max_queued = 22;
  rules.tiers.free.max_waiting_jobs = 4;
  rules.tiers.free.max_running_jobs = 1;
  rules.tiers.free.videos_per_month = 2;
  rules.tiers.pro.max_waiting_jobs = 6;
  rules.tiers.pro.max_running_jobs = 2;
  rules.tiers.pro.videos_per_month = 4;
  rules.tiers.local.max_waiting_jobs = 9;
  rules.tiers.local.max_running_jobs = 3;
  return rules;
}

}  // namespace

TEST_P(JobStoreModelConformance, AnswersAsTheModelDoes) {
  std::set<std::string> met;
  for (uint32_t seed = 1; seed <= kSeeds; ++seed) {
    rules_ = TightRules();
    const std::filesystem::path place = place_ / std::to_string(seed);
    std::filesystem::create_directory(place);
    const auto own = GetParam().open(place, rules_);
    std::vector<User> users;
    for (const Tier tier : {Tier::kFree, Tier::kFree, Tier::kPro, Tier::kPro, Tier::kLocal}) {
      users.push_back(NewUser(tier));
      ASSERT_TRUE(own->users().Add(users.back()));
    }
    walk::Walk walk(*own, rules_, users, now_, seed);
    for (int op = 0; op < OpsOfASeed(); ++op) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", op " + std::to_string(op));
      walk.Step();
      if (HasFatalFailure()) return;
      if (op % 100 == 99) walk.CompareAll();
      if (HasFatalFailure()) return;
    }
    met.merge(walk.met);
  }

  if (OpsOfASeed() < 2'500) return;  // Too short a walk to have been everywhere.
  for (int answer = 0; answer <= static_cast<int>(Enqueued::kQuotaUsedUp); ++answer) {
    EXPECT_TRUE(met.contains("Enqueue " + std::to_string(answer))) << answer;
  }
  for (const std::string what : {"Heartbeat", "Checkpoint", "Finish"}) {
    for (int answer = 0; answer <= static_cast<int>(LeaseAnswer::kLost); ++answer) {
      EXPECT_TRUE(met.contains(what + " " + std::to_string(answer))) << what << answer;
    }
  }
  for (const std::string what : {"Claim", "Cancelled is allowed", "Cancel", "Reap", "ReapWorker",
                                 "SetFacts", "Delete", "DeleteExpired", "ForgetPreviews"}) {
    EXPECT_TRUE(met.contains(what + " yes")) << what;
    EXPECT_TRUE(met.contains(what + " no")) << what;
  }
  EXPECT_TRUE(met.contains("something changed"));
}

}  // namespace tapmask
