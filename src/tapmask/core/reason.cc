// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/reason.h"

namespace tapmask {

std::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kNone: return "";
    case Reason::kPointOutside: return "point_outside";
    case Reason::kNoObject: return "no_object";
    case Reason::kEngineUnavailable: return "engine_unavailable";
    case Reason::kOutputCheckFailed: return "output_check_failed";
  }
  return "";
}

}  // namespace tapmask
