// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <stop_token>

#include "tapmask/media/read_options.h"

namespace tapmask {

// Writes a mask track as one PNG a frame, DIR/00000.png ..., 0 or 255, all objects in one, and the
// track itself as DIR/masks.jsonl. The folder is made when it is not there.
void WriteMaskFolder(const std::filesystem::path& track_file, const std::filesystem::path& folder,
                     std::stop_token stop);

// Makes a mask track from a folder of numbered PNGs, one a frame from 0: object 1, state given.
// A frame without a picture has no record. Where the folder has a masks.jsonl and a picture is what
// that says, its objects and states count instead. `input` tells the times and the size.
// Throws kInvalidArgument when there is no picture, or one has another size than the video.
void TrackFromMaskFolder(const std::filesystem::path& folder, const std::string& input,
                         const ReadOptions& read, const std::filesystem::path& track_file,
                         std::stop_token stop);

}  // namespace tapmask
