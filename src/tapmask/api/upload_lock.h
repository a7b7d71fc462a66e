// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "tapmask/api/task.h"
#include "tapmask/api/wakeup.h"
#include "tapmask/core/id.h"

namespace tapmask::api {

// Which request may work on an upload. The newest wins: a client whose line was cut comes back long
// before its old request notices, and must not be told to wait for that.
//
// A request works in steps (a piece written, the video made). Between two steps it waits for its
// client, and the upload can be taken from it at once; a step is always waited for. Its first step
// begins as it gets the upload, so that everyone who comes gets to do something. Whoever lost
// the upload finds out when it wants to begin its next step: the bytes of earlier steps count.
//
// May be used from any thread; `Take` is for coroutines on a Loop. Must outlive its holds.
class UploadLocks {
  struct Holder;
  struct Waiter;

 public:
  // Until it ends, nobody takes the upload. To be ended by the thread that goes on with the hold.
  class Step {
   public:
    Step(UploadLocks& locks, UploadId id, std::shared_ptr<Holder> holder);
    Step(Step&& other) noexcept = default;
    Step& operator=(Step&&) = delete;
    ~Step();

   private:
    UploadLocks& locks_;
    UploadId id_;
    std::shared_ptr<Holder> holder_;  // Null: moved away.
  };

  // One request's. Must not go while a step of it goes on.
  class Hold {
   public:
    Hold(UploadLocks& locks, UploadId id, std::shared_ptr<Holder> holder);
    Hold(Hold&& other) noexcept = default;
    Hold& operator=(Hold&&) = delete;
    ~Hold();

    // Nothing: another request has the upload now, for good. One step at a time.
    std::optional<Step> BeginStep();

   private:
    UploadLocks& locks_;
    UploadId id_;
    std::shared_ptr<Holder> holder_;  // Null: moved away.
  };

  struct Taken {
    Hold hold;
    std::optional<Step> first_step;  // To be reset before another can begin.
  };
  // Takes the upload from whoever holds it, after the step that goes on. Nothing: that did not end
  // in time, or `stop`.
  Task<std::optional<Taken>> Take(UploadId id, std::chrono::milliseconds at_most,
                                  std::stop_token stop);

  size_t size() const;  // Uploads that are held.

 private:
  struct Holder {
    bool is_lost = false;
    bool is_in_step = true;
  };
  struct Waiter {
    Wakeup wakeup;
    std::shared_ptr<Holder> granted;  // Null until it is its turn.
  };
  struct Entry {
    std::shared_ptr<Holder> holder;
    std::deque<std::shared_ptr<Waiter>> waiting;
  };

  Taken Make(const UploadId& id, const std::shared_ptr<Holder>& holder);
  // Under `mutex_`: the upload goes to who has waited longest, or to nobody.
  void HandOn(std::map<UploadId, Entry>::iterator entry);
  void EndStep(const UploadId& id, const std::shared_ptr<Holder>& holder);
  void Release(const UploadId& id, const std::shared_ptr<Holder>& holder);

  mutable std::mutex mutex_;
  std::map<UploadId, Entry> entries_;
};

}  // namespace tapmask::api
