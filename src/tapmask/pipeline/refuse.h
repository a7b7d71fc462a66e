// SPDX-License-Identifier: Apache-2.0
// How what a user asks for is refused. For pipeline only.
#pragma once

#include <string>
#include <utility>

#include "tapmask/core/error.h"

namespace tapmask {

[[noreturn]] inline void Refuse(std::string text) {
  throw Error(Code::kInvalidArgument, std::move(text));
}

[[noreturn]] inline void RefuseAsOutside(std::string text) {
  throw Error(Code::kInvalidArgument, std::move(text)).Because(Reason::kPointOutside);
}

}  // namespace tapmask
