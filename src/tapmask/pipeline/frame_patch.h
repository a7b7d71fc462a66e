// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tapmask/core/frame.h"

namespace tapmask {

// What an effect changed in a frame, without loss and small: the samples that differ, each as its
// difference from the changed one before it in its row, under zlib (RFC 1950).
// It shows what was there before wherever that is not the frame it was made of.
// Throws kInternal when the frames are not of one size and format.
std::string PatchOf(const Frame& before, const Frame& after);

// `after` again, but for its times, which are those of `before`. Throws kInvalidArgument when the
// patch is not whole or of another kind of frame.
Frame Patched(Frame before, const std::string& patch);

}  // namespace tapmask
