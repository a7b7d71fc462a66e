// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tapmask {

// Why, finer than the code, where a user of the service is told so.
enum class Reason {
  kNone,
  kPointOutside,       // A point, box, frame or time is not in the picture or the video.
  kNoObject,           // Nothing was found at the points.
  kEngineUnavailable,  // There is no such engine on this machine.
  kOutputCheckFailed,  // What was written is not what was meant.
};

// Its stable name, e.g. "no_object"; empty for kNone.
std::string_view ReasonName(Reason reason);

}  // namespace tapmask
