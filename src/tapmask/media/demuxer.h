// SPDX-License-Identifier: Apache-2.0
// An opened and checked input. For .cc files of media only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tapmask/media/ffmpeg.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/read_options.h"
#include "tapmask/media/video_info.h"

namespace tapmask {

struct OpenedInput {
  ffmpeg::InputPtr format;
  VideoInfo info;  // Complete but for what only frames tell.
};

// Opens a video file or a numbered picture pattern with just the demuxer that its first bytes ask
// for, no network, no references to other files, and checks it against the accepted codecs and the
// limits before anything is decoded.
//
// Throws Error: kNotFound, kInvalidArgument, kUnsupportedMedia, kTooLarge.
OpenedInput OpenInput(const InputName& input, const ReadOptions& options);

// From FFmpeg's side data of a stream or a frame; nothing when it is not complete.
std::optional<MasteringDisplay> ReadMasteringDisplay(const uint8_t* data);

}  // namespace tapmask
