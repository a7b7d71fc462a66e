// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/upload_lock.h"

#include <algorithm>
#include <utility>

namespace tapmask::api {

UploadLocks::Step::Step(UploadLocks& locks, UploadId id, std::shared_ptr<Holder> holder)
    : locks_(locks), id_(std::move(id)), holder_(std::move(holder)) {}
UploadLocks::Step::~Step() {
  if (holder_) locks_.EndStep(id_, holder_);
}

UploadLocks::Hold::Hold(UploadLocks& locks, UploadId id, std::shared_ptr<Holder> holder)
    : locks_(locks), id_(std::move(id)), holder_(std::move(holder)) {}
UploadLocks::Hold::~Hold() {
  if (holder_) locks_.Release(id_, holder_);
}

std::optional<UploadLocks::Step> UploadLocks::Hold::BeginStep() {
  const std::lock_guard lock(locks_.mutex_);
  if (holder_->is_lost) return std::nullopt;
  holder_->is_in_step = true;
  return std::optional<Step>(std::in_place, locks_, id_, holder_);
}

UploadLocks::Taken UploadLocks::Make(const UploadId& id, const std::shared_ptr<Holder>& holder) {
  return {Hold(*this, id, holder), std::optional<Step>(std::in_place, *this, id, holder)};
}

Task<std::optional<UploadLocks::Taken>> UploadLocks::Take(UploadId id,
                                                          std::chrono::milliseconds at_most,
                                                          std::stop_token stop) {
  std::shared_ptr<Waiter> waiter;
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[id];
    if (!entry.holder || !entry.holder->is_in_step) {
      if (entry.holder) entry.holder->is_lost = true;
      entry.holder = std::make_shared<Holder>();
      co_return Make(id, entry.holder);
    }
    waiter = std::make_shared<Waiter>();
    entry.waiting.push_back(waiter);
  }
  (void)co_await waiter->wakeup.WaitFor(at_most, stop);
  const std::lock_guard lock(mutex_);
  if (waiter->granted) co_return Make(id, waiter->granted);
  // Who waits is in the line, and a line is only where somebody holds.
  std::erase(entries_.at(id).waiting, waiter);
  co_return std::nullopt;
}

void UploadLocks::HandOn(std::map<UploadId, Entry>::iterator entry) {
  Entry& held = entry->second;
  held.holder->is_lost = true;
  if (held.waiting.empty()) {
    entries_.erase(entry);
    return;
  }
  const std::shared_ptr<Waiter> next = std::move(held.waiting.front());
  held.waiting.pop_front();
  held.holder = std::make_shared<Holder>();
  next->granted = held.holder;
  next->wakeup.Notify();
}

void UploadLocks::EndStep(const UploadId& id, const std::shared_ptr<Holder>& holder) {
  const std::lock_guard lock(mutex_);
  holder->is_in_step = false;
  const auto entry = entries_.find(id);
  if (!entry->second.waiting.empty()) HandOn(entry);
}

void UploadLocks::Release(const UploadId& id, const std::shared_ptr<Holder>& holder) {
  const std::lock_guard lock(mutex_);
  if (!holder->is_lost) HandOn(entries_.find(id));
}

size_t UploadLocks::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace tapmask::api
