// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tapmask/core/geometry.h"
#include "tapmask/core/mask.h"

namespace tapmask {

// COCO's compressed run lengths: runs of 0 and 1 in column-major order, beginning with a run of 0
// (which may be empty); each count from the fourth on is stored as the difference to the one two
// before, in groups of 5 bits from the low end, bit 5 = more follow, the last group's bit 4 = sign,
// plus 48 to be printable. pycocotools reads and writes the same text.
std::string EncodeRle(const Mask& mask);

// Throws kInvalidArgument when the text is not such a mask of exactly `width` x `height`.
Mask DecodeRle(int width, int height, std::string_view counts);

// The mask's bounding box without drawing the mask: checks the text as DecodeRle does, in constant
// memory. Empty when no pixel is set.
Rect BoundingBoxOfRle(int width, int height, std::string_view counts);

}  // namespace tapmask
