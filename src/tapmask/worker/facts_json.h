// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "tapmask/jobs/video.h"

namespace tapmask {

// What an ingest's child says of a video, on its way to the worker, which takes nothing on trust.
nlohmann::json ToJson(const VideoFacts& facts);
// Throws kInternal for what no video can be.
VideoFacts VideoFactsFromJson(const std::string& text);

}  // namespace tapmask
