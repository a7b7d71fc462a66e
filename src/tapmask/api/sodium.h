// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sodium.h>

#include "tapmask/core/error.h"

namespace tapmask::api {

// Before any other call of libsodium; from any thread, any number of times.
inline void UseSodium() {
  static const bool is_ready = sodium_init() >= 0;
  if (!is_ready) throw Error(Code::kInternal, "Something went wrong on the server.", "sodium_init");
}

}  // namespace tapmask::api
