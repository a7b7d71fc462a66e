// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "tapmask/track/segmenter.h"

namespace tapmask {

struct ClassicalSegmenterOptions {
  int threads = 1;  // >= 1; for one call. More than 2 help little.
};

// A segmenter without a model, from colour, edges and motion; always there.
//
// From discs and ellipses of several sizes around the first "this" point, regions are grown to the
// borders that colour and motion suggest (`candidates.h`); hand-set rules on how a whole thing
// looks choose the answer and the alternatives (`candidate_score.h`). The other points then each
// change the region around them and nothing else (`correction.h`), in their order.
//
// Works on a grid with a short side of 240 pixels and lifts the masks to the frame (`lift.h`).
// What was computed for a frame and its points is kept for the next call: another point on the
// same frame costs a fraction of the first. Where a neighbour on each side is given, moving things
// are cut out best.
std::unique_ptr<Segmenter> MakeClassicalSegmenter(ClassicalSegmenterOptions options);

}  // namespace tapmask
