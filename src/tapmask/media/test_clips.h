// SPDX-License-Identifier: Apache-2.0
// Small made-up clips for tests.
#pragma once

#include <filesystem>
#include <string>

#include "tapmask/core/frame.h"

namespace tapmask {

// A folder that is gone with the object.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A diagonal wave that moves by 3 samples a frame, with a bright square at x = 4 * index; every
// frame differs from every other.
Frame TestFrame(int index, const PixelFormat& format, int width, int height);

// `frames` such frames, lossless, 25 a second.
void WriteTestClip(const std::filesystem::path& path, int frames,
                   const PixelFormat& format = {PixelFormat::Model::kYuv, 8, 1, 1}, int width = 96,
                   int height = 64);

void WriteBytes(const std::filesystem::path& path, const std::string& bytes);
std::string ReadBytes(const std::filesystem::path& path);

}  // namespace tapmask
