// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/local/local_store.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/storage/blob_store_conformance.h"
#include "tapmask/storage/local/test_key.h"
#include "tapmask/storage/small_disk.h"
#include "tapmask/storage/test_folder.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

INSTANTIATE_TEST_SUITE_P(
    Local, BlobStoreConformance,
    ::testing::Values(
        BlobStoreUnderTest{
            "Plain",
            [](const fs::path& folder) {
              return std::make_unique<LocalStore>(LocalStore::Options{folder / "files", {}});
            }},
        BlobStoreUnderTest{
            "Encrypted",
            [](const fs::path& folder) {
              return std::make_unique<LocalStore>(LocalStore::Options{folder / "files", TestKey()});
            }}),
    [](const auto& store) { return store.param.name; });

BlobKey Key(std::string_view text) {
  return BlobKey::Make(text);
}

void Put(BlobStore& store, std::string_view key, std::string_view text) {
  const auto writer = store.Create(Key(key));
  writer->Write(BytesOf(text));
  writer->Commit();
}

std::string Get(BlobStore& store, std::string_view key) {
  const auto reader = store.Open(Key(key));
  if (!reader) throw Error(Code::kNotFound, "none");
  std::string text(static_cast<size_t>(reader->size_bytes()), '?');
  text.resize(reader->ReadAt(0, std::as_writable_bytes(std::span(text))));
  return text;
}

template <class Call>
std::optional<Code> CodeOf(Call call) {
  try {
    call();
  } catch (const Error& e) {
    return e.code();
  }
  return std::nullopt;
}

class LocalStoreTest : public ::testing::Test {
 protected:
  LocalStore Plain() { return LocalStore({root_, {}}); }
  LocalStore Encrypted(uint8_t seed = 1) { return LocalStore({root_, TestKey(seed)}); }

  TestFolder folder_;
  const fs::path root_ = folder_.path() / "files";
};

TEST_F(LocalStoreTest, IsReadableForItsOwnerOnly) {
  LocalStore store = Plain();
  const ScratchFolder scratch = store.MakeScratch();
  WriteText(scratch.path() / "out", "x");
  fs::permissions(scratch.path() / "out", fs::perms::all);
  store.PutFile(Key("u/v/a"), scratch.path() / "out");
  Put(store, "u/v/b", "x");

  for (const auto& entry : fs::recursive_directory_iterator(root_)) {
    struct stat info {};
    ASSERT_EQ(::lstat(entry.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777u, entry.is_directory() ? 0700u : 0600u) << entry.path();
  }
}

TEST_F(LocalStoreTest, RemovesFoldersThatBecomeEmptyButNotItsOwn) {
  LocalStore store = Plain();
  Put(store, "u/v/a/b", "x");
  Put(store, "u/w/a", "x");

  store.Remove(Key("u/v/a/b"));
  EXPECT_FALSE(fs::exists(root_ / "blobs/u/v"));
  store.RemoveAll(Key("u/w"));
  EXPECT_FALSE(fs::exists(root_ / "blobs/u"));
  EXPECT_TRUE(fs::exists(root_ / "blobs"));
}

TEST_F(LocalStoreTest, DoesNotFollowALinkInTheBlobsFolder) {
  LocalStore store = Plain();
  Put(store, "u/a", "x");
  WriteText(folder_.path() / "secret", "secret");
  fs::create_symlink(folder_.path() / "secret", root_ / "blobs/u/link");
  fs::create_directory_symlink(folder_.path(), root_ / "blobs/u/folder");

  EXPECT_EQ(CodeOf([&] { store.Open(Key("u/link")); }), Code::kInternal);
  EXPECT_EQ(store.List(std::nullopt).size(), 1u);
  EXPECT_EQ(store.RemoveAll(Key("u")).files, 3);
  EXPECT_EQ(FileText(folder_.path() / "secret"), "secret");
}

TEST_F(LocalStoreTest, RefusesABlobInThePlaceOfAFolder) {
  LocalStore store = Plain();
  Put(store, "u/v/a", "x");

  EXPECT_EQ(CodeOf([&] { Put(store, "u/v", "y"); }), Code::kConflict);
  EXPECT_EQ(CodeOf([&] { Put(store, "u/v/a/b", "y"); }), Code::kConflict);
  EXPECT_EQ(Get(store, "u/v/a"), "x");
  EXPECT_TRUE(store.Orphans(SystemClock().Now() + std::chrono::hours(1)).empty());
}

TEST_F(LocalStoreTest, FindsWhatAKilledProcessLeft) {
  LocalStore store = Plain();
  Put(store, "keep", "x");
  const pid_t child = ::fork();
  if (child == 0) {
    // Killed in the middle of writing and working: no destructor runs.
    LocalStore same({root_, {}});
    const auto writer = same.Create(Key("half"));
    writer->Write(BytesOf("0123456789"));
    const ScratchFolder scratch = same.MakeScratch();
    WriteText(scratch.path() / "frames", "01234");
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));

  const Time now = SystemClock().Now();
  EXPECT_TRUE(store.Orphans(now - std::chrono::hours(1)).empty());  // Too young.
  EXPECT_EQ(store.Orphans(now + std::chrono::hours(1)).size(), 2u);
  const RemovedFiles removed = store.RemoveOrphans(now + std::chrono::hours(1));
  EXPECT_EQ(removed.files, 2);
  EXPECT_EQ(removed.bytes, 15);
  EXPECT_TRUE(store.Orphans(now + std::chrono::hours(1)).empty());
  EXPECT_EQ(Get(store, "keep"), "x");
  EXPECT_FALSE(store.Exists(Key("half")));
}

// 0: it was said that there is no space, and what was there is whole.
int FillUp(LocalStore& store) {
  Put(store, "small", "x");
  bool was_full = false;
  try {
    const auto writer = store.Create(Key("large"));
    const std::string text = MadeText(100'000);
    for (int i = 0; i < 100; ++i) writer->Write(BytesOf(text));
    writer->Commit();
  } catch (const Error& e) {
    was_full = e.code() == Code::kStorageFull;
  }
  if (!was_full) return 2;
  if (store.Exists(Key("large")) || Get(store, "small") != "x") return 3;
  if (!store.Orphans(SystemClock().Now() + std::chrono::hours(1)).empty()) return 4;
  Put(store, "small", "y");  // The space is free again.
  return Get(store, "small") == "y" ? 0 : 5;
}

TEST_F(LocalStoreTest, SaysWhenAFileMayNotBecomeThatLarge) {
  for (const bool is_encrypted : {false, true}) {
    EXPECT_EQ(InChild([&] {
                const rlimit limit{1'000'000, 1'000'000};
                ::signal(SIGXFSZ, SIG_IGN);
                if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return kCannotBeSetUp;
                LocalStore store({root_ / (is_encrypted ? "e" : "p"),
                                  is_encrypted ? std::optional(TestKey()) : std::nullopt});
                return FillUp(store);
              }),
              0);
  }
}

TEST_F(LocalStoreTest, SaysWhenTheDiskIsFull) {
  fs::create_directory(root_);
  for (const bool is_encrypted : {false, true}) {
    const int answer = OnSmallDisk(root_, 1 << 20, [&] {
      LocalStore store({root_ / "store", is_encrypted ? std::optional(TestKey()) : std::nullopt});
      if (store.FreeBytes() > 1'100'000) return 6;
      return FillUp(store);
    });
    if (answer == kCannotBeSetUp) GTEST_SKIP() << "no small disk can be mounted here";
    EXPECT_EQ(answer, 0);
  }
}

TEST_F(LocalStoreTest, ShowsNothingOfABlobOnTheDiskWhenItIsEncrypted) {
  LocalStore store = Encrypted();
  Put(store, "u/v/a", std::string(200'000, 'A') + "a face");
  Put(store, "u/v/b", std::string(200'000, 'A') + "a face");

  const std::string a = FileText(root_ / "blobs/u/v/a"), b = FileText(root_ / "blobs/u/v/b");
  EXPECT_EQ(a.find("face"), std::string::npos);
  EXPECT_EQ(a.find("AAAA"), std::string::npos);
  EXPECT_NE(a.substr(48), b.substr(48));  // Each file has a key of its own.
  EXPECT_NE(a.substr(48, 65'536), a.substr(48 + 65'552, 65'536));
}

TEST_F(LocalStoreTest, RefusesAnotherKeyAndAnotherForm) {
  {
    LocalStore store = Encrypted();
    Put(store, "a", "x");
  }
  EXPECT_EQ(CodeOf([&] { Encrypted(2); }), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf([&] { Plain(); }), Code::kInvalidArgument);
  LocalStore store = Encrypted();
  EXPECT_EQ(Get(store, "a"), "x");

  const fs::path plain_root = folder_.path() / "plain";
  LocalStore({plain_root, {}});
  EXPECT_EQ(CodeOf([&] { LocalStore({plain_root, TestKey()}); }), Code::kInvalidArgument);
}

}  // namespace
}  // namespace tapmask
