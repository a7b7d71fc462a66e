// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/temporary_file.h"

#include <iterator>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/media/test_clips.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

ptrdiff_t FilesIn(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), {});
}

TEST(TemporaryFile, TakesItsPlaceWhole) {
  const TestFolder folder;
  WriteBytes(folder / "report", "older");
  TemporaryFile file(folder / "report");

  file.Write("newer");
  EXPECT_EQ(ReadBytes(folder / "report"), "older");
  file.Sync();
  file.Commit();

  EXPECT_EQ(ReadBytes(folder / "report"), "newer");
  EXPECT_EQ(FilesIn(folder.path()), 1);
}

TEST(TemporaryFile, IsGoneWithoutCommit) {
  const TestFolder folder;
  { TemporaryFile(folder / "report").Write("x"); }

  EXPECT_EQ(FilesIn(folder.path()), 0);
}

// A name that could be foreseen let a link lead the writing elsewhere, and two runs collide.
TEST(TemporaryFile, HasANameOfItsOwn) {
  const TestFolder folder;
  const TemporaryFile a(folder / "report"), b(folder / "report");

  EXPECT_NE(a.path(), b.path());
  EXPECT_EQ(a.path().parent_path(), folder.path());
}

TEST(TemporaryFile, HasThePermissionsOfANewFile) {
  const TestFolder folder;
  WriteBytes(folder / "usual", "x");
  const TemporaryFile file(folder / "report");

  EXPECT_EQ(fs::status(file.path()).permissions(), fs::status(folder / "usual").permissions());
}

TEST(TemporaryFile, ReplacesALinkInsteadOfFollowingIt) {
  const TestFolder folder;
  WriteBytes(folder / "precious", "kept");
  fs::create_symlink(folder / "precious", folder / "report");
  TemporaryFile file(folder / "report");

  file.Write("x");
  file.Commit();

  EXPECT_EQ(ReadBytes(folder / "precious"), "kept");
  EXPECT_FALSE(fs::is_symlink(folder / "report"));
}

TEST(TemporaryFile, SaysThatItsPlaceCannotBeWritten) {
  const TestFolder folder;
  EXPECT_THROW(TemporaryFile(folder / "none/report"), Error);
  EXPECT_THROW(TemporaryFolder(folder / "none"), Error);

  fs::create_directory(folder / "report");
  {
    TemporaryFile file(folder / "report");
    EXPECT_THROW(file.Commit(), Error);
  }
  EXPECT_EQ(FilesIn(folder.path()), 1);
}

TEST(TemporaryFolder, IsGoneWithAllThatIsInIt) {
  const TestFolder folder;
  {
    const TemporaryFolder waiting(folder.path());
    WriteBytes(waiting.path() / "0.png", "x");
    EXPECT_EQ(FilesIn(folder.path()), 1);
  }

  EXPECT_EQ(FilesIn(folder.path()), 0);
}

}  // namespace
}  // namespace tapmask
