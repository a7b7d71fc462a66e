// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/core/image.h"
#include "tapmask/core/mask.h"
#include "tapmask/core/mask_record.h"
#include "tapmask/core/state_archive.h"

namespace tapmask {

// For StateArchive. All throw what it throws, also for sizes that cannot be. A mask is kept as run
// lengths, so a few bytes may become one of up to 2^15 pixels a side.
void Archive(StateArchive& archive, Mask& mask);
void Archive(StateArchive& archive, BgrImage& image);
void Archive(StateArchive& archive, MaskRecord& record);

}  // namespace tapmask
