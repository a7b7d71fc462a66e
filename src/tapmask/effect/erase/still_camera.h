// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/effect/erase/sources.h"

namespace tapmask {

// Does the camera stand still around frame `at`, as far as `reach` frames away and within its shot?
// Then what is behind a hole is at the same place in other frames, and no flow is needed.
bool IsStill(const Window& window, int at, int reach);

// Where each hidden place is in sight, in up to two later and two earlier frames, when the camera
// stands still. What moves there is not what was hidden.
HiddenPlaces FindStillSources(const Window& window, int at, int reach, int threads);

}  // namespace tapmask
