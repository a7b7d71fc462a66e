// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/input_file.h"

#include <optional>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/media/picture.h"
#include "tapmask/media/picture_pattern.h"
#include "tapmask/media/sha256.h"
#include "tapmask/media/test_clips.h"

namespace tapmask {
namespace {

template <class Call>
std::optional<Code> CodeOf(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

TEST(CheckInputFile, AcceptsAFileAndALinkToIt) {
  const TestFolder folder;
  WriteBytes(folder / "file", "x");
  std::filesystem::create_symlink(folder / "file", folder / "link");

  EXPECT_NO_THROW(CheckInputFile(folder / "file", "a file"));
  EXPECT_NO_THROW(CheckInputFile(folder / "link", "a file"));
}

TEST(CheckInputFile, RefusesWhatIsNoFile) {
  const TestFolder folder;
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink(folder / "pipe", folder / "link");

  for (const auto& path :
       {folder / "pipe", folder / "link", folder.path(), std::filesystem::path("/dev/zero")}) {
    EXPECT_EQ(CodeOf([&] { CheckInputFile(path, "a file"); }), Code::kUnsupportedMedia) << path;
  }
  EXPECT_EQ(CodeOf([&] { CheckInputFile(folder / "none", "a file"); }), Code::kNotFound);
}

// Each of these waited for ever for somebody to write into the pipe.
TEST(CheckInputFile, GuardsPicturesAndHashes) {
  const TestFolder folder;
  ASSERT_EQ(mkfifo((folder / "0.png").c_str(), 0600), 0);
  const auto pattern = PicturePattern::Parse((folder / "%d.png").string());

  EXPECT_EQ(CodeOf([&] { ReadMaskPicture(folder / "0.png"); }), Code::kUnsupportedMedia);
  EXPECT_EQ(CodeOf([&] { Sha256OfFile(folder / "0.png"); }), Code::kUnsupportedMedia);
  EXPECT_EQ(CodeOf([&] { pattern->Find(); }), Code::kUnsupportedMedia);
}

}  // namespace
}  // namespace tapmask
