// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tapmask::api {

// Under which name a file is saved: that of the user's video with what it is, and our suffix.
//
//   "street.MOV", "processed.mp4"  → "street-tapmask.mp4"
//   "street.MOV", "report.json"    → "street-report.json"
//   "street.MOV", "original.mov"   → "street.mov"
//
// May hold anything that the user's name does: for ContentDisposition, which makes it harmless.
std::string SavedName(std::string_view original_filename, std::string_view file_name);

}  // namespace tapmask::api
