// SPDX-License-Identifier: Apache-2.0
// Reads what children say. For worker only.
#pragma once

#include <optional>

#include "tapmask/worker/child_process.h"

namespace tapmask {

// Nothing when the payload is not what its type demands: the child has misbehaved.
std::optional<ChildEvent> EventOf(const Message& message);

// Says how much a child may send: enough for all that our own children send, and no flood.
class MessageBudget {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr double kAtOnce = 200;
  static constexpr double kPerSecond = 50;

  explicit MessageBudget(Time now) : since_(now) {}
  bool Take(Time now);  // False: that was one too many.

 private:
  Time since_;
  double left_ = kAtOnce;
};

}  // namespace tapmask
