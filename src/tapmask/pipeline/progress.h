// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace tapmask {

// The stages of a mask job, in order; the names are those of the job's status everywhere.
enum class JobStage { kValidating, kExtracting, kTracking, kProcessing, kEncoding };

constexpr std::string_view JobStageName(JobStage stage) {
  switch (stage) {
    case JobStage::kValidating: return "validating";
    case JobStage::kExtracting: return "extracting";
    case JobStage::kTracking: return "tracking";
    case JobStage::kProcessing: return "processing";
    case JobStage::kEncoding: return "encoding";
  }
  return "";
}

struct Progress {
  JobStage stage = JobStage::kValidating;
  int64_t frames_done = 0;   // Of this stage.
  int64_t frames_total = 0;  // 0: not known.
};

// Called on the thread that runs the job, once a frame.
using ProgressSink = std::function<void(const Progress&)>;

}  // namespace tapmask
