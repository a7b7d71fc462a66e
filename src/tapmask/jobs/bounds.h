// SPDX-License-Identifier: Apache-2.0
// Limits that requests and results of jobs share.
#pragma once

#include <cstdint>
#include <string_view>

namespace tapmask {

inline constexpr int64_t kMostFrames = 100'000'000;  // Of a video; numbers of frames stay below.

// Of engines and of files that came out.
inline constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

}  // namespace tapmask
