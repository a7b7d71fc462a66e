// SPDX-License-Identifier: Apache-2.0
// What a file says beside picture and sound. For .cc files of media only.
#pragma once

#include <string>

#include "tapmask/media/ffmpeg.h"
#include "tapmask/media/notices.h"

namespace tapmask {

// Lists every tag of the file, its streams and chapters that will not be in the output, by what it
// tells (place, device, date, other), never with its value.
void ListScrubbedTags(const AVFormatContext& from, Notices& notices);

// True for tags that only describe the container, e.g. "major_brand".
bool IsStructuralTag(const std::string& key);

// Copies the tags, all of them, for --keep-metadata.
void CopyTags(const AVDictionary* from, AVDictionary** to);

}  // namespace tapmask
