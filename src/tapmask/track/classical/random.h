// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tapmask/core/state_archive.h"

namespace tapmask {

// Random numbers that are the same on every machine for the same seed (xorshift64).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 0x2545F4914F6CDD1Du) {
    if (state_ == 0) state_ = 1;
  }

  // An integer in [0, n), n > 0.
  int Below(int n) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<int>(((state_ >> 32) * static_cast<uint64_t>(n)) >> 32);
  }

  void Archive(StateArchive& archive) { archive(state_); }

 private:
  uint64_t state_;
};

}  // namespace tapmask
