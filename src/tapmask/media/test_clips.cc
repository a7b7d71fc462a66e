// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/test_clips.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tapmask/media/made_video_writer.h"

namespace tapmask {

TestFolder::TestFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "tapmask-test.XXXXXX").string();
  if (!mkdtemp(name.data())) std::abort();
  path_ = name;
}

TestFolder::~TestFolder() {
  std::filesystem::remove_all(path_);
}

Frame TestFrame(int index, const PixelFormat& format, int width, int height) {
  Frame frame = Frame::Allocate(format, width, height);
  const int scale = 1 << (format.bits - 8);
  for (int plane = 0; plane < format.planes(); ++plane) {
    for (int y = 0; y < frame.PlaneHeight(plane); ++y) {
      for (int x = 0; x < frame.PlaneWidth(plane); ++x) {
        const bool square = plane == 0 && x / 8 == (4 * index) / 8 % 12 && y / 8 == 2;
        const int wave = 40 + (x * (2 + plane) + y * 3 + index * 3) % 160;
        const int value = (square ? 230 : wave) * scale;
        if (format.bytes_per_sample() == 1) {
          frame.MutableRow<uint8_t>(plane, y)[x] = static_cast<uint8_t>(value);
        } else {
          frame.MutableRow<uint16_t>(plane, y)[x] = static_cast<uint16_t>(value);
        }
      }
    }
  }
  frame.index = frame.pts = index;
  return frame;
}

void WriteTestClip(const std::filesystem::path& path, int frames, const PixelFormat& format,
                   int width, int height) {
  MadeVideoWriter writer(path, {width, height}, format, {25, 1}, true);
  for (int i = 0; i < frames; ++i) writer.Write(TestFrame(i, format, width, height));
  writer.Finish();
}

void WriteBytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string ReadBytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace tapmask
