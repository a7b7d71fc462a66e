// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/upload_files.h"

#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/storage/local/local_store.h"
#include "tapmask/storage/test_folder.h"

namespace tapmask {
namespace {

using Unchecked = UploadFiles::Unchecked;

class UploadFilesTest : public ::testing::Test {
 protected:
  TestFolder folder;
  LocalStore store{LocalStore::Options{.root = folder.path(), .key = std::nullopt}};
  UploadFiles files{store};
  const UploadId id = UploadId::New();
};

TEST_F(UploadFilesTest, GrowsAtItsEnd) {
  files.Create(id);
  { files.Open(id, Unchecked::kDrop)->Append("Hello, "); }
  {
    auto file = files.Open(id, Unchecked::kDrop);
    EXPECT_EQ(file->size_bytes(), 7);
    file->Append("world");
    file->Sync();
    EXPECT_EQ(file->size_bytes(), 12);
    char text[5];
    EXPECT_EQ(file->ReadAt(7, text), 5u);
    EXPECT_EQ(std::string_view(text, 5), "world");
  }
  EXPECT_EQ(FileText(files.PathOf(id)), "Hello, world");
}

TEST_F(UploadFilesTest, IsMadeOnce) {
  EXPECT_FALSE(files.Open(id, Unchecked::kDrop));
  files.Create(id);
  EXPECT_THROW(files.Create(id), Error);
  EXPECT_EQ(files.Ids(), std::vector{id});
}

TEST_F(UploadFilesTest, UncheckedBytesCountOnceTheyAreAccepted) {
  files.Create(id);
  {
    auto file = files.Open(id, Unchecked::kDrop);
    file->Append("sure ");
    file->BeginUnchecked();
    file->Append("maybe");
  }
  {
    auto file = files.Open(id, Unchecked::kKeep);
    EXPECT_TRUE(file->has_unchecked());
    EXPECT_EQ(file->size_bytes(), 10);
    file->Accept();
  }
  EXPECT_FALSE(files.Open(id, Unchecked::kDrop)->has_unchecked());
  EXPECT_EQ(FileText(files.PathOf(id)), "sure maybe");
}

TEST_F(UploadFilesTest, UncheckedBytesAreDroppedByWhoeverComesNext) {
  files.Create(id);
  {
    auto file = files.Open(id, Unchecked::kDrop);
    file->Append("sure");
    file->BeginUnchecked();
    file->Append("maybe");
  }
  auto file = files.Open(id, Unchecked::kDrop);
  EXPECT_EQ(file->size_bytes(), 4);
  EXPECT_FALSE(file->has_unchecked());
  file->Append("!");
  EXPECT_EQ(FileText(files.PathOf(id)), "sure!");
}

TEST_F(UploadFilesTest, AMarkThatIsNotWholeHasNoBytesBehindIt) {
  files.Create(id);
  { files.Open(id, Unchecked::kDrop)->Append("0123456789"); }
  for (const char* text : {"", "5", "x\n", "-1\n", "5\n\n"}) {
    WriteText(files.PathOf(id).string() + ".unchecked", text);
    EXPECT_EQ(files.Open(id, Unchecked::kDrop)->size_bytes(), 10) << text;
  }
  WriteText(files.PathOf(id).string() + ".unchecked", "5\n");
  EXPECT_EQ(files.Open(id, Unchecked::kDrop)->size_bytes(), 5);
}

TEST_F(UploadFilesTest, IsOpenOnlyOnceAtATime) {
  files.Create(id);
  std::string seen;
  {
    auto first = files.Open(id, Unchecked::kDrop);
    std::jthread other([&] {
      auto second = files.Open(id, Unchecked::kDrop);
      seen = std::to_string(second->size_bytes());
    });
    first->Append("abc");
    first.reset();
    other.join();
  }
  EXPECT_EQ(seen, "3");
}

TEST_F(UploadFilesTest, RemovesBytesAndMark) {
  files.Create(id);
  {
    auto file = files.Open(id, Unchecked::kDrop);
    file->BeginUnchecked();
    file->Append("maybe");
  }
  const RemovedFiles removed = files.Remove(id);
  EXPECT_EQ(removed.files, 1);
  EXPECT_EQ(removed.bytes, 5);
  EXPECT_EQ(files.Remove(id).files, 0);
  EXPECT_TRUE(std::filesystem::is_empty(store.WorkFolder("uploads")));
}

TEST_F(UploadFilesTest, FollowsNoLinks) {
  WriteText(folder.path() / "secret", "secret");
  std::filesystem::create_symlink(folder.path() / "secret", files.PathOf(id));
  EXPECT_THROW(files.Open(id, Unchecked::kDrop), Error);
}

}  // namespace
}  // namespace tapmask
