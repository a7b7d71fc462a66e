// SPDX-License-Identifier: Apache-2.0
#include "tapmask/jobs/job.h"

namespace tapmask {

std::string_view JobKindName(JobKind kind) {
  switch (kind) {
    case JobKind::kIngest: return "ingest";
    case JobKind::kPreview: return "preview";
    case JobKind::kMask: return "mask";
  }
  return "";
}

std::optional<JobKind> ParseJobKind(std::string_view name) {
  for (const JobKind kind : {JobKind::kIngest, JobKind::kPreview, JobKind::kMask}) {
    if (name == JobKindName(kind)) return kind;
  }
  return std::nullopt;
}

}  // namespace tapmask
