// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "tapmask/api/caller.h"
#include "tapmask/api/http_message.h"
#include "tapmask/api/services.h"
#include "tapmask/api/watch_pace.h"

namespace tapmask::api {

// How many event streams each account has open. May be used from any thread.
class StreamSeats : public std::enable_shared_from_this<StreamSeats> {
 public:
  explicit StreamSeats(int most) : most_(most) {}  // Of one account.

  // One stream, from Take to destruction.
  class Seat {
   public:
    Seat(std::shared_ptr<StreamSeats> seats, UserId user_id);
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

   private:
    const std::shared_ptr<StreamSeats> seats_;
    const UserId user_id_;
  };
  // Null: the account has as many as it may.
  std::unique_ptr<Seat> Take(const UserId& user_id);

 private:
  const int most_;
  std::mutex mutex_;
  std::map<UserId, int> taken_;
};

// Every change of a user's jobs after a rev; of a job that has changed several times, the last
// state. Ends with the credential that it was opened with.
class JobEvents final : public EventSource {
 public:
  // `services` and `pace` must outlive it.
  JobEvents(Services& services, WatchPace& pace, Caller caller,
            std::unique_ptr<StreamSeats::Seat> seat, int64_t since);

  Task<Next> Wait(std::chrono::milliseconds at_most, std::stop_token stop) override;

 private:
  struct Look {
    bool is_signed_in = false;
    int64_t last_rev = 0;  // Of all jobs, read before those of the user.
  };
  Look LookForChanges();  // Blocks; what it finds is in `pending_`.
  void Add(const Job& job);

  Services& services_;
  WatchPace& pace_;
  const Caller caller_;
  const std::unique_ptr<StreamSeats::Seat> seat_;
  int64_t since_;
  std::deque<Event> pending_;
};

}  // namespace tapmask::api
