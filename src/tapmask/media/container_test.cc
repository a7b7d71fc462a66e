// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/container.h"

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/media/test_clips.h"

namespace tapmask {
namespace {

Code Refusal(const std::filesystem::path& path) {
  try {
    SniffContainer(path);
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "not refused";
  return Code::kInternal;
}

TEST(SniffContainer, TellsContainersByTheirBytesNotTheirNames) {
  const TestFolder folder;
  WriteTestClip(folder / "a.mp4", 3);
  WriteTestClip(folder / "b.mkv", 3);
  std::filesystem::rename(folder / "b.mkv", folder / "b.mp4");

  EXPECT_EQ(SniffContainer(folder / "a.mp4").container, Container::kMov);
  EXPECT_EQ(SniffContainer(folder / "b.mp4").container, Container::kMatroska);
  EXPECT_FALSE(SniffContainer(folder / "a.mp4").cut_off);
  EXPECT_FALSE(SniffContainer(folder / "b.mp4").cut_off);
}

TEST(SniffContainer, RefusesPlaylistsTextAndNothing) {
  const TestFolder folder;
  WriteBytes(folder / "hls.mp4", "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n");
  WriteBytes(folder / "concat.mp4", "ffconcat version 1.0\nfile other.mp4\n");
  WriteBytes(folder / "text.mp4", "Dear editor,\n");
  WriteBytes(folder / "empty.mp4", "");
  WriteBytes(folder / "noise.mp4", std::string(100, '\x01'));

  for (const char* name : {"hls.mp4", "concat.mp4", "text.mp4", "empty.mp4", "noise.mp4"}) {
    EXPECT_EQ(Refusal(folder / name), Code::kUnsupportedMedia) << name;
  }
  EXPECT_EQ(Refusal(folder / "missing.mp4"), Code::kNotFound);
  EXPECT_EQ(Refusal(folder.path()), Code::kUnsupportedMedia);
}

TEST(SniffContainer, SeesThatAFileWasCutOff) {
  const TestFolder folder;
  for (const char* name : {"a.mp4", "b.mkv"}) {
    WriteTestClip(folder / name, 20);
    const std::string bytes = ReadBytes(folder / name);
    WriteBytes(folder / name, bytes.substr(0, bytes.size() * 6 / 10));

    EXPECT_TRUE(SniffContainer(folder / name).cut_off) << name;
  }
}

// A size field of all ones, a box of size 0 or 1 and the like must not be followed anywhere.
TEST(SniffContainer, SurvivesEveryLengthOfAFile) {
  const TestFolder folder;
  for (const char* name : {"a.mp4", "b.mkv"}) {
    WriteTestClip(folder / name, 2);
    const std::string bytes = ReadBytes(folder / name);
    for (size_t length = 1; length < std::min<size_t>(bytes.size(), 400); ++length) {
      WriteBytes(folder / "cut", bytes.substr(0, length));
      try {
        SniffContainer(folder / "cut");
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::kUnsupportedMedia);
      }
    }
  }
}

}  // namespace
}  // namespace tapmask
