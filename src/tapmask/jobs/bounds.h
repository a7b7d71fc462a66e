// SPDX-License-Identifier: Apache-2.0
// How far what is said of jobs may go, by those who ask for them and by those who did them.
#pragma once

#include <cstdint>
#include <string_view>

namespace tapmask {

inline constexpr int64_t kMostFrames = 100'000'000;

// Of engines and of files that came out.
inline constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

}  // namespace tapmask
