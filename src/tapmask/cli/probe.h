// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "tapmask/media/limits.h"
#include "tapmask/media/video_info.h"

namespace tapmask {

// True when none of what the headers tell is over `limits`.
bool WithinLimits(const VideoInfo& info, const Limits& limits);

// What `tapmask probe` says; sizes are those of the shown picture. Numbers that the file does not
// tell are null.
nlohmann::ordered_json ProbeJson(const VideoInfo& info);
std::string ProbeText(const VideoInfo& info);

}  // namespace tapmask
