// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace tapmask {

// Every file that a user names to be read goes through here before it is opened: a pipe or a device
// would keep the program waiting, or never end. Links are followed.
//
// `what` is what should have been named, such as "a video file".
// Throws Error: kNotFound, kUnsupportedMedia when it is no regular file or may not be read.
void CheckInputFile(const std::filesystem::path& file, std::string_view what);

}  // namespace tapmask
