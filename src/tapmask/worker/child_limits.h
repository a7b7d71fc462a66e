// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <nlohmann/json.hpp>

#include "tapmask/jobs/tier.h"
#include "tapmask/jobs/video.h"
#include "tapmask/worker/sandbox.h"
#include "tapmask/worker/task_driver.h"

namespace tapmask {

// What the children of each kind of job may use, and how long. Generous: a limit that honest work
// meets would harm more than it saves; what they stop is work without end.

SandboxLimits LimitsOfPreview(const VideoFacts& facts, int threads);
// `free_bytes`: of the disk, some of which is left to the rest of the service.
SandboxLimits LimitsOfIngest(const TierLimits& tier, int threads, int64_t free_bytes);
SandboxLimits LimitsOfMask(const VideoFacts& facts, int threads, int64_t free_bytes);
// Of the frames that a mask job keeps for a further attempt: an eighth of the disk at most.
int64_t MostOfCheckpoint(int64_t free_bytes);

TaskPatience PatienceOfIngest(const TierLimits& tier);
TaskPatience PatienceOfPreview();
TaskPatience PatienceOfMask(const VideoFacts& facts);

// For the child: what the input may be at most. The file has got in, so its size is no question.
nlohmann::json LimitsJson(const TierLimits& tier, int64_t file_bytes);

}  // namespace tapmask
