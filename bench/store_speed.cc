// SPDX-License-Identifier: Apache-2.0
// How fast the SQLite store takes and gives jobs while many wait.
//
//   build/release/bench/store_speed FOLDER [USERS [JOBS [ROUNDS]]]
//
// Makes a new database in FOLDER with JOBS (10,000) mask jobs that wait, of USERS (2,000) of whom
// every second one pays, and 32 that run. Then ROUNDS (1,000) jobs are added, as many claimed and
// finished, one after the other, and the depths asked for as often. Prints one JSON object: calls
// (of the second: claims with their finishes) a second, and the part of the time that went into
// fsync.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <stdexcept>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "tapmask/store/sqlite/sqlite_stores.h"

namespace {

using SteadyClock = std::chrono::steady_clock;

SteadyClock::duration in_fsync;  // All here is in one thread.

int Timed(long call, int fd) {
  const auto begin = SteadyClock::now();
  const int result = static_cast<int>(syscall(call, fd));
  in_fsync += SteadyClock::now() - begin;
  return result;
}

}  // namespace

// Instead of the C library's, for SQLite too.
extern "C" int fsync(int fd) {
  return Timed(SYS_fsync, fd);
}
extern "C" int fdatasync(int fd) {
  return Timed(SYS_fdatasync, fd);
}

namespace tapmask {
namespace {

constexpr int kRunning = 32;
constexpr Time kNow{std::chrono::milliseconds(1'772'366'400'000)};

struct Owner {
  User user;
  VideoId video_id;
};

NewJob JobOf(const Owner& owner, JobKind kind) {
  NewJob job;
  job.id = JobId::New();
  job.kind = kind;
  job.user_id = owner.user.id;
  job.video_id = owner.video_id;
  job.tier = owner.user.tier;
  job.request = R"({"mode":"privacy_blur","points":[{"x":100.5,"y":200.25,"is_object":true}]})";
  return job;
}

Lease ClaimOne(JobStore& jobs, JobKind kind) {
  const std::optional<Job> job = jobs.Claim("worker", {kind}, kNow);
  if (!job) throw std::runtime_error("nothing is due");
  return {job->id, job->fence};
}

void FinishOne(JobStore& jobs, const Lease& lease) {
  if (jobs.Finish(lease, {"{}", "folder"}, kNow) != LeaseAnswer::kHeld) {
    throw std::runtime_error("a lease was lost");
  }
}

Owner AddOwner(Stores& stores, Tier tier) {
  Owner owner;
  User& user = owner.user;
  user.id = UserId::New();
  user.email = user.id.text() + "@example.org";
  user.tier = tier;
  user.created_at = user.quota_reset_at = kNow;
  stores.users().Add(user);
  Video video;
  video.id = owner.video_id = VideoId::New();
  video.user_id = user.id;
  video.uploaded_at = kNow;
  stores.videos().AddWithIngest(video, JobOf(owner, JobKind::kIngest), kNow);
  FinishOne(stores.jobs(), ClaimOne(stores.jobs(), JobKind::kIngest));
  return owner;
}

void Enqueue(JobStore& jobs, const Owner& owner) {
  if (jobs.Enqueue(JobOf(owner, JobKind::kMask), kNow) != Enqueued::kNew) {
    throw std::runtime_error("a job was refused");
  }
}

template <class Call>
std::string Measured(const char* name, int rounds, const Call& call) {
  in_fsync = {};
  const auto begin = SteadyClock::now();
  for (int i = 0; i < rounds; ++i) call(static_cast<size_t>(i));
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  return fmt::format("\"{}_per_s\": {:.0f}, \"{}_fsync_share\": {:.3f}", name, rounds / seconds,
                     name, std::chrono::duration<double>(in_fsync).count() / seconds);
}

void Run(const std::filesystem::path& folder, size_t users, size_t waiting, int rounds) {
  JobRules rules;
  rules.max_queued = INT32_MAX;
  rules.tiers.free.max_waiting_jobs = rules.tiers.pro.max_waiting_jobs = INT32_MAX;
  if (users < kRunning) rules.tiers.free.max_running_jobs = rules.tiers.pro.max_running_jobs = 64;
  const auto stores = OpenSqliteStores(folder / "store_speed.db", rules);
  JobStore& jobs = stores->jobs();
  std::vector<Owner> owners;
  for (size_t i = 0; i < users; ++i) {
    owners.push_back(AddOwner(*stores, i % 2 == 0 ? Tier::kFree : Tier::kPro));
  }
  for (size_t i = 0; i < waiting + kRunning; ++i) Enqueue(jobs, owners[i % users]);
  std::deque<Lease> running;
  for (int i = 0; i < kRunning; ++i) running.push_back(ClaimOne(jobs, JobKind::kMask));

  const std::string enqueues =
      Measured("enqueues", rounds, [&](size_t i) { Enqueue(jobs, owners[i * 7 % users]); });
  const std::string pairs = Measured("pairs", rounds, [&](size_t) {
    FinishOne(jobs, running.front());
    running.pop_front();
    running.push_back(ClaimOne(jobs, JobKind::kMask));
  });
  const std::string depths = Measured("depths", rounds, [&](size_t) { jobs.Depths(); });
  fmt::print("{{{}, {}, {}}}\n", enqueues, pairs, depths);
}

}  // namespace
}  // namespace tapmask

int main(int argc, char** argv) {
  const auto number = [&](int index, int otherwise) {
    return argc > index ? std::atoi(argv[index]) : otherwise;
  };
  const int users = number(2, 2'000), waiting = number(3, 10'000), rounds = number(4, 1'000);
  if (argc < 2 || argc > 5 || users < 1 || waiting < 1 || rounds < 1) {
    fmt::print(stderr, "usage: store_speed FOLDER [USERS [JOBS [ROUNDS]]]\n");
    return 2;
  }
  try {
    tapmask::Run(argv[1], static_cast<size_t>(users), static_cast<size_t>(waiting), rounds);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}
