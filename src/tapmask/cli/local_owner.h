// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "tapmask/core/clock.h"
#include "tapmask/jobs/stores.h"

namespace tapmask {

inline constexpr const char* kOwnerEmail = "owner@localhost";

// The account of whoever sits at this machine; it is made when it is missing. One that was being
// erased when the program ended is erased first, by `sweep`, for nobody else goes on with it before
// the service runs. Nothing when that cannot be done yet.
//
// Throws kInvalidArgument when somebody registered under the address: whoever opens the owner's
// link would be in their account, and they in the owner's.
std::optional<UserId> EnsureOwner(Stores& stores, const std::function<void(Time)>& sweep, Time now);

}  // namespace tapmask
