// SPDX-License-Identifier: Apache-2.0
// For tests only.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tapmask/pipeline/progress.h"

namespace tapmask::test {

inline const ProgressSink kNoProgress = [](const Progress&) {};

inline std::string ReadBytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace tapmask::test
