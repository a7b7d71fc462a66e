// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>

namespace tapmask {

// Carries values from one thread to another, at most `capacity` waiting. All members may be called
// from any thread.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(size_t capacity) : capacity_(capacity) {}

  // Waits for room. False when the reader has gone: stop producing.
  bool Push(T value) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return values_.size() < capacity_ || abandoned_; });
    if (abandoned_) return false;
    values_.push_back(std::move(value));
    changed_.notify_all();
    return true;
  }

  // No more values; `error`, if any, is thrown by `Pop` after the last one.
  void Close(std::exception_ptr error = nullptr) {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    error_ = std::move(error);
    changed_.notify_all();
  }

  // Waits for a value; nothing when closed and empty.
  std::optional<T> Pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !values_.empty() || closed_; });
    if (values_.empty()) {
      if (error_) std::rethrow_exception(error_);
      return std::nullopt;
    }
    T value = std::move(values_.front());
    values_.pop_front();
    changed_.notify_all();
    return value;
  }

  // The reader wants nothing more; a waiting writer wakes up.
  void Abandon() {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    values_.clear();
    changed_.notify_all();
  }

 private:
  const size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by mutex_:
  std::deque<T> values_;
  bool closed_ = false;
  bool abandoned_ = false;
  std::exception_ptr error_;
};

}  // namespace tapmask
