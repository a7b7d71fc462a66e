// SPDX-License-Identifier: Apache-2.0
// FFmpeg's demuxers on an opened file. For .cc files of media only.
#pragma once

#include <string>

#include "tapmask/media/ffmpeg.h"
#include "tapmask/media/input_file.h"

namespace tapmask {

// Opens `file` with just this demuxer. No protocol of FFmpeg's is used, and whatever else the file
// asks to be opened is refused, so nothing but its own bytes is read. The file belongs to the
// result, and so does its position. `failed` is the sentence of the kUnsupportedMedia that is
// thrown when the demuxer cannot make anything of it.
ffmpeg::InputPtr OpenFormat(InputFile file, const std::string& demuxer, ffmpeg::Dictionary& options,
                            const std::string& failed);

}  // namespace tapmask
