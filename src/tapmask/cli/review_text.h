// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tapmask/effect/cover.h"
#include "tapmask/pipeline/job.h"

namespace tapmask {

// What hides the object where it is not clearly seen; empty when only masks were made.
struct Covering {
  OnLost on_lost = OnLost::kCover;
  bool invert = false;
};

// A sentence for each span of frames that a person should look at, in plain words; of very many
// only the first ones and how many more there are.
std::vector<std::string> ReviewSentences(std::span<const CoverPlanner::Span> spans,
                                         const std::optional<Covering>& covering);

// The same of what the eraser made.
std::vector<std::string> ReviewSentences(std::span<const ErasedSpan> spans);

}  // namespace tapmask
