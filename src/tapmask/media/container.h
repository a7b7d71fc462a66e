// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "tapmask/media/input_file.h"

namespace tapmask {

enum class Container { kMov, kMatroska, kAvi };  // kMov: mp4, mov, m4v, 3gp. kMatroska: mkv, webm.

std::string_view ContainerName(Container container);

struct ContainerInfo {
  Container container = Container::kMov;
  std::string_view format;  // More finely: "mp4", "mov", "webm", "mkv" or "avi".
  int64_t file_bytes = 0;
  // The file says that it is longer than it is: it was cut off.
  bool cut_off = false;
};

// Tells the container by the file's first bytes, never by its name, before any library parses it:
// a playlist or a text in disguise is refused here. Reads a few bytes at a few places.
//
// Throws Error: kNotFound, kUnsupportedMedia.
ContainerInfo SniffContainer(const InputFile& file);
ContainerInfo SniffContainer(const InputName& input);

}  // namespace tapmask
