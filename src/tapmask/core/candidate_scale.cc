// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/candidate_scale.h"

namespace tapmask {

std::string_view CandidateScaleName(CandidateScale scale) {
  switch (scale) {
    case CandidateScale::kPart: return "part";
    case CandidateScale::kObject: return "object";
    case CandidateScale::kGroup: return "group";
  }
  return "";
}

std::optional<CandidateScale> CandidateScaleFrom(std::string_view name) {
  for (const CandidateScale scale :
       {CandidateScale::kPart, CandidateScale::kObject, CandidateScale::kGroup}) {
    if (name == CandidateScaleName(scale)) return scale;
  }
  return std::nullopt;
}

}  // namespace tapmask
