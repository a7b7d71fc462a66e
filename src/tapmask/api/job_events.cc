// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/job_events.h"

#include <algorithm>
#include <string>
#include <utility>

#include "tapmask/api/job_json.h"
#include "tapmask/api/owned.h"
#include "tapmask/api/wakeup.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kMostAtOnce = 100;

}  // namespace

StreamSeats::Seat::Seat(std::shared_ptr<StreamSeats> seats, UserId user_id)
    : seats_(std::move(seats)), user_id_(std::move(user_id)) {}

StreamSeats::Seat::~Seat() {
  const std::lock_guard lock(seats_->mutex_);
  const auto taken = seats_->taken_.find(user_id_);
  if (--taken->second == 0) seats_->taken_.erase(taken);
}

std::unique_ptr<StreamSeats::Seat> StreamSeats::Take(const UserId& user_id) {
  auto seats = shared_from_this();
  const std::lock_guard lock(mutex_);
  const auto taken = taken_.try_emplace(user_id, 0).first;
  if (taken->second >= most_) return nullptr;
  auto seat = std::make_unique<Seat>(std::move(seats), user_id);
  ++taken->second;
  return seat;
}

JobEvents::JobEvents(Services& services, WatchPace& pace, Caller caller,
                     std::unique_ptr<StreamSeats::Seat> seat, int64_t since)
    : services_(services),
      pace_(pace),
      caller_(std::move(caller)),
      seat_(std::move(seat)),
      since_(since) {}

void JobEvents::Add(const Job& job) {
  try {
    pending_.push_back(
        {"job", JobStatusJson(job, HasKeptFile(services_, job)), std::to_string(job.rev)});
  } catch (const Error& error) {
    // One result that cannot be read must not end this stream, and the next, for ever.
    if (error.code() != Code::kInternal) throw;
    services_.log.Error("job_result_unreadable", {{"job_id", job.id}});
  }
}

JobEvents::Look JobEvents::LookForChanges() {
  CredentialStore& credentials = services_.stores.credentials();
  Look look;
  look.is_signed_in =
      caller_.is_by_key
          ? credentials.FindKey(caller_.token_hash).has_value()
          : credentials.FindSession(caller_.token_hash, services_.clock.Now()).has_value();
  if (!look.is_signed_in) return look;
  JobStore& jobs = services_.stores.jobs();
  look.last_rev = jobs.LastRev();
  const std::vector<Job> changed = jobs.ChangedSince(caller_.user_id, since_, kMostAtOnce);
  for (const Job& job : changed) Add(job);
  if (!changed.empty()) since_ = std::max(since_, changed.back().rev);
  if (changed.size() < kMostAtOnce) since_ = std::max(since_, look.last_rev);
  return look;
}

Task<EventSource::Next> JobEvents::Wait(milliseconds at_most, std::stop_token stop) {
  const auto until = SteadyClock::now() + at_most;
  while (pending_.empty()) {
    if (stop.stop_requested()) co_return End{};
    const Look look = co_await services_.pool.RunAdmitted([this] { return LookForChanges(); });
    if (!look.is_signed_in) co_return End{};
    if (!pending_.empty()) break;
    const auto left = std::chrono::ceil<milliseconds>(until - SteadyClock::now());
    if (left <= milliseconds(0)) co_return Nothing{};
    const WatchPace::Place place(pace_);
    const int64_t rev = co_await services_.watch.WaitFor(look.last_rev, left, stop);
    if (stop.stop_requested()) co_return End{};
    if (rev <= look.last_rev) co_return Nothing{};
    const milliseconds pause = pace_.pause();
    if (pause > milliseconds(0)) {
      Wakeup nobody;
      co_await nobody.WaitFor(pause, stop);
    }
  }
  Event event = std::move(pending_.front());
  pending_.pop_front();
  co_return event;
}

}  // namespace tapmask::api
