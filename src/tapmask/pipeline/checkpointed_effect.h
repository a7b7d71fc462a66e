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
// All frames have to be pushed again, from the first on. `job` says what the frames that come out
// depend on besides the build and the video. The parts are `frames.N`: patches (frame_patch.h),
// which grow with what is covered.
//
// Damaged videos may be decoded otherwise from time to time. A frame that is not, sample for
// sample, the one that was pushed before would show through its patch: then, and when anything else
// is wrong with what was saved, `Push` and `Finish` throw ResumeFailed.
std::unique_ptr<FrameEffect> WithCheckpoints(std::unique_ptr<FrameEffect> effect,
                                             const CheckpointOptions& options,
                                             const std::string& job);

}  // namespace tapmask
