// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace tapmask {

// How much of the tapped thing is meant: the face, the person, the couple.
enum class CandidateScale { kPart, kObject, kGroup };

std::string_view CandidateScaleName(CandidateScale scale);  // "part", "object", "group"
// Nothing for what is no such name.
std::optional<CandidateScale> CandidateScaleFrom(std::string_view name);

}  // namespace tapmask
