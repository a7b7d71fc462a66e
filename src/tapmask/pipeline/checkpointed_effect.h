// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "tapmask/pipeline/checkpoint_folder.h"
#include "tapmask/pipeline/frame_effect.h"

namespace tapmask {

// `effect`, going on where it was when its process was killed: the frames that were done come out
// at once, as they were, and what it knew is restored. It is for effects that are slow.
//
// All frames have to be pushed again, from the first on. `job` says all that the frames that come
// out depend on, but for the build. The parts are `frames.N`: patches (frame_patch.h), which grow
// with what is covered; beyond 4 GiB of them no further checkpoint is made.
std::unique_ptr<FrameEffect> WithCheckpoints(std::unique_ptr<FrameEffect> effect,
                                             const CheckpointOptions& options,
                                             const std::string& job);

}  // namespace tapmask
