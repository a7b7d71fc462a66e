// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tapmask/core/mask.h"

namespace tapmask::api {

// The mask as a PNG file: grey, 8 bits, 0 or 255. Both sides must be at least 1. Memory: what comes
// out, which is small for masks of a few pieces. Throws std::bad_alloc.
std::string MaskPng(const Mask& mask);

}  // namespace tapmask::api
