// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "tapmask/core/image.h"
#include "tapmask/core/mask.h"

namespace tapmask {

// Reads a picture as a mask: 0 = background, anything else in any colour channel = object.
// Throws kNotFound, kUnsupportedMedia when it is no regular file, kInvalidArgument when it is no
// picture or over 8192 pixels a side.
Mask ReadMaskPicture(const std::filesystem::path& path);

// Writes an 8-bit PNG, 0 or 255. The file appears whole or not at all.
// Throws kInvalidArgument when the place cannot be written, kStorageFull.
void WriteMaskPicture(const std::filesystem::path& path, const Mask& mask);

void WritePng(const std::filesystem::path& path, const BgrImage& image);

}  // namespace tapmask
