// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/storage/blob_store.h"
#include "tapmask/storage/test_folder.h"

// What every BlobStore must do, as a suite to be instantiated for each kind of store:
//
//   INSTANTIATE_TEST_SUITE_P(Local, BlobStoreConformance, ::testing::Values(...));
namespace tapmask {

struct BlobStoreUnderTest {
  std::string name;
  // On the same folder: the same store, as another process would open it.
  std::function<std::unique_ptr<BlobStore>(const std::filesystem::path& folder)> open;
};

inline void PrintTo(const BlobStoreUnderTest& store, std::ostream* out) {
  *out << store.name;
}

class BlobStoreConformance : public ::testing::TestWithParam<BlobStoreUnderTest> {
 protected:
  static BlobKey Key(std::string_view text) { return BlobKey::Make(text); }

  void Put(std::string_view key, std::string_view text) {
    const std::unique_ptr<BlobWriter> writer = store_->Create(Key(key));
    writer->Write(BytesOf(text));
    writer->Commit();
  }

  static std::string Part(BlobReader& reader, int64_t offset, size_t size) {
    std::string text(size, '?');
    text.resize(reader.ReadAt(offset, std::as_writable_bytes(std::span(text))));
    return text;
  }

  std::optional<std::string> Get(std::string_view key) {
    const std::unique_ptr<BlobReader> reader = store_->Open(Key(key));
    if (!reader) return std::nullopt;
    return Part(*reader, 0, static_cast<size_t>(reader->size_bytes()) + 1);
  }

  std::vector<std::string> Keys(const std::optional<BlobKey>& folder = std::nullopt) {
    std::vector<std::string> keys;
    for (const BlobInfo& blob : store_->List(folder)) keys.push_back(blob.key.text());
    return keys;
  }

  // Later than anything that is written now.
  static Time Later() { return SystemClock().Now() + std::chrono::hours(1); }

  TestFolder folder_;
  std::unique_ptr<BlobStore> store_ = GetParam().open(folder_.path());
};

using Texts = std::vector<std::string>;

TEST_P(BlobStoreConformance, ReadsWhatWasWrittenOfAnySize) {
  // Around the sizes of buffers and chunks.
  for (const size_t size : {0, 1, 15, 16, 65'535, 65'536, 65'537, 131'072, 200'001, 1'048'577}) {
    const std::string text = MadeText(size);
    Put("a/b.bin", text);

    EXPECT_EQ(store_->Size(Key("a/b.bin")), static_cast<int64_t>(size));
    const auto reader = store_->Open(Key("a/b.bin"));
    ASSERT_TRUE(reader);
    EXPECT_EQ(reader->size_bytes(), static_cast<int64_t>(size));
    EXPECT_TRUE(Get("a/b.bin") == text) << size;
  }
}

TEST_P(BlobStoreConformance, ReadsAnyPartInAnyOrder) {
  const std::string text = MadeText(300'000);
  Put("a/b.bin", text);
  const auto reader = store_->Open(Key("a/b.bin"));
  ASSERT_TRUE(reader);

  uint64_t state = 88172645463325252u;
  const auto draw = [&state](uint64_t below) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state % below;
  };
  for (int i = 0; i < 200; ++i) {
    const size_t offset = draw(300'010), size = draw(i % 2 == 0 ? 200 : 150'000);
    const std::string expected = offset < text.size() ? text.substr(offset, size) : "";
    ASSERT_TRUE(Part(*reader, static_cast<int64_t>(offset), size) == expected)
        << offset << " " << size;
  }
  EXPECT_EQ(Part(*reader, INT64_MAX - 10, 5), "");
}

TEST_P(BlobStoreConformance, WritesInPiecesOfAnySize) {
  const std::string text = MadeText(200'000);
  const auto writer = store_->Create(Key("a.bin"));
  for (size_t from = 0, size = 1; from < text.size(); from += size, size = size * 3 % 70'001) {
    writer->Write(BytesOf(std::string_view(text).substr(from, size)));
  }
  writer->Commit();

  EXPECT_TRUE(Get("a.bin") == text);
}

TEST_P(BlobStoreConformance, HasNothingWhereNothingWasWritten) {
  Put("a/b/c.bin", "x");

  for (const char* key : {"z.bin", "a/z.bin", "a/b", "a", "a/b/c.bin/d"}) {
    EXPECT_EQ(store_->Open(Key(key)), nullptr) << key;
    EXPECT_FALSE(store_->OpenPlain(Key(key)).IsOpen()) << key;
    EXPECT_EQ(store_->Size(Key(key)), std::nullopt) << key;
    EXPECT_FALSE(store_->Exists(Key(key))) << key;
    EXPECT_FALSE(store_->Remove(Key(key))) << key;
  }
  EXPECT_TRUE(store_->Exists(Key("a/b/c.bin")));
}

TEST_P(BlobStoreConformance, LeavesNothingOfAWriterThatDidNotCommit) {
  Put("a/old.bin", "old");
  {
    const auto writer = store_->Create(Key("a/new.bin"));
    writer->Write(BytesOf(MadeText(100'000)));
    EXPECT_FALSE(store_->Exists(Key("a/new.bin")));
    const auto other = store_->Create(Key("a/old.bin"));
    other->Write(BytesOf("new"));
  }

  EXPECT_EQ(Keys(), Texts{"a/old.bin"});
  EXPECT_EQ(Get("a/old.bin"), "old");
  EXPECT_TRUE(store_->Orphans(Later()).empty());
}

TEST_P(BlobStoreConformance, ReplacesABlobWhileItIsRead) {
  const std::string before = MadeText(150'000, 1), after = MadeText(120'000, 2);
  Put("a.bin", before);
  const auto reader = store_->Open(Key("a.bin"));
  ASSERT_TRUE(reader);
  EXPECT_TRUE(Part(*reader, 0, 10) == before.substr(0, 10));

  Put("a.bin", after);

  EXPECT_TRUE(Part(*reader, 0, 200'000) == before);
  EXPECT_TRUE(Get("a.bin") == after);
  store_->Remove(Key("a.bin"));
  EXPECT_TRUE(Part(*reader, 100'000, 200'000) == before.substr(100'000));
}

TEST_P(BlobStoreConformance, TakesAFileFromItsScratchFolder) {
  const std::string text = MadeText(100'000);
  const ScratchFolder scratch = store_->MakeScratch();
  const std::filesystem::path file = scratch.path() / "out.mp4";
  WriteText(file, text);
  Put("u/j/1/processed.mp4", "an earlier one");

  store_->PutFile(Key("u/j/1/processed.mp4"), file);

  EXPECT_TRUE(Get("u/j/1/processed.mp4") == text);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_P(BlobStoreConformance, TakesAFileFromElsewhere) {
  const TestFolder elsewhere("/dev/shm");  // Most likely another file system.
  const std::filesystem::path file = elsewhere.path() / "in.mp4";
  const std::string text = MadeText(1'500'000);
  WriteText(file, text);

  store_->PutFile(Key("u/v/original.mp4"), file);

  EXPECT_TRUE(Get("u/v/original.mp4") == text);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_P(BlobStoreConformance, TakesAnEmptyFile) {
  const ScratchFolder scratch = store_->MakeScratch();
  WriteText(scratch.path() / "empty", "");
  store_->PutFile(Key("a/empty"), scratch.path() / "empty");
  EXPECT_EQ(Get("a/empty"), "");
}

TEST_P(BlobStoreConformance, TakesNothingButRegularFiles) {
  const ScratchFolder scratch = store_->MakeScratch();
  WriteText(scratch.path() / "secret", "secret");
  std::filesystem::create_symlink("secret", scratch.path() / "link");
  std::filesystem::create_directory(scratch.path() / "folder");
  ASSERT_EQ(::mkfifo((scratch.path() / "pipe").c_str(), 0600), 0);

  const auto code = [&](const char* name) {
    try {
      store_->PutFile(Key("a.bin"), scratch.path() / name);
    } catch (const Error& e) {
      return e.code();
    }
    return Code::kCancelled;  // Nothing was thrown.
  };
  EXPECT_EQ(code("link"), Code::kInvalidArgument);
  EXPECT_EQ(code("folder"), Code::kInvalidArgument);
  EXPECT_EQ(code("pipe"), Code::kInvalidArgument);
  EXPECT_EQ(code("missing"), Code::kNotFound);
  EXPECT_FALSE(store_->Exists(Key("a.bin")));
  EXPECT_EQ(FileText(scratch.path() / "secret"), "secret");
}

// A child that kept a second name of its output could change it after it was checked.
TEST_P(BlobStoreConformance, IsNotChangedThroughASecondNameOfAFile) {
  const ScratchFolder scratch = store_->MakeScratch();
  WriteText(scratch.path() / "out", "checked");
  std::filesystem::create_hard_link(scratch.path() / "out", scratch.path() / "second");

  store_->PutFile(Key("a.bin"), scratch.path() / "out");
  WriteText(scratch.path() / "second", "changed");

  EXPECT_EQ(Get("a.bin"), "checked");
}

TEST_P(BlobStoreConformance, GivesADescriptorOfTheClearBytes) {
  const std::string text = MadeText(150'000);
  Put("a.bin", text);

  const FileDescriptor file = store_->OpenPlain(Key("a.bin"));
  store_->Remove(Key("a.bin"));

  ASSERT_TRUE(file.IsOpen());
  EXPECT_EQ(::lseek(file.get(), 0, SEEK_END), 150'000);
  std::string read(5'000, '?');
  ASSERT_EQ(::pread(file.get(), read.data(), read.size(), 100'000), 5'000);
  EXPECT_TRUE(read == text.substr(100'000, 5'000));
  EXPECT_EQ(::fcntl(file.get(), F_GETFL) & O_ACCMODE, O_RDONLY);
  EXPECT_NE(::fcntl(file.get(), F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_TRUE(store_->Orphans(Later()).empty());
}

TEST_P(BlobStoreConformance, ListsByWholePartsInOrder) {
  for (const char* key : {"u1/v2/b", "u1/v1/a", "u1/v1/c/d", "u1/v10/a", "u2/v1/a", "u1-x/a"}) {
    Put(key, key);
  }

  EXPECT_EQ(Keys(Key("u1/v1")), (Texts{"u1/v1/a", "u1/v1/c/d"}));
  EXPECT_EQ(Keys(Key("u1")), (Texts{"u1/v1/a", "u1/v1/c/d", "u1/v10/a", "u1/v2/b"}));
  EXPECT_EQ(Keys(Key("u1/v1/a")), Texts{});
  EXPECT_EQ(Keys(Key("none")), Texts{});
  EXPECT_EQ(Keys(), (Texts{"u1-x/a", "u1/v1/a", "u1/v1/c/d", "u1/v10/a", "u1/v2/b", "u2/v1/a"}));
  const std::vector<BlobInfo> blobs = store_->List(Key("u2"));
  ASSERT_EQ(blobs.size(), 1u);
  EXPECT_EQ(blobs[0].size_bytes, 7);
  EXPECT_LT(blobs[0].modified_at, Later());
  EXPECT_GT(blobs[0].modified_at, Later() - std::chrono::hours(2));
}

TEST_P(BlobStoreConformance, RemovesByWholePartsAndSaysHowMuch) {
  for (const char* key : {"u1/v1/a", "u1/v1/c/d", "u1/v10/a", "u1/v1-x"}) {
    Put(key, MadeText(70'000));
  }

  const RemovedFiles removed = store_->RemoveAll(Key("u1/v1"));

  EXPECT_EQ(removed.files, 2);
  EXPECT_EQ(removed.bytes, 140'000);
  EXPECT_EQ(Keys(), (Texts{"u1/v1-x", "u1/v10/a"}));
  EXPECT_EQ(store_->RemoveAll(Key("u1/v1")).files, 0);
  EXPECT_EQ(store_->RemoveAll(Key("u1/v1-x")).files, 0);  // A blob, not a folder.
  EXPECT_TRUE(store_->Remove(Key("u1/v1-x")));
  EXPECT_FALSE(store_->Remove(Key("u1/v1-x")));
  EXPECT_EQ(Keys(), Texts{"u1/v10/a"});
}

TEST_P(BlobStoreConformance, KeepsItsBlobsWhenItIsOpenedAgain) {
  const std::string text = MadeText(100'000);
  Put("a/b.bin", text);

  store_ = GetParam().open(folder_.path());

  EXPECT_TRUE(Get("a/b.bin") == text);
}

TEST_P(BlobStoreConformance, ManyWriteAndRemoveTheSameFolderAtOnce) {
  // Removing a folder as empty must not get in the way of who puts something into it.
  const auto other = GetParam().open(folder_.path());
  std::atomic<int> failures = 0;
  const auto work = [&](BlobStore& store, int worker) {
    try {
      for (int i = 0; i < 40; ++i) {
        const BlobKey key = Key("u/v/" + std::to_string(worker));
        const std::string text = MadeText(1'000, static_cast<uint64_t>(worker * 100 + i));
        const auto writer = store.Create(key);
        writer->Write(BytesOf(text));
        writer->Commit();
        const auto reader = store.Open(key);
        if (!reader || Part(*reader, 0, 2'000) != text) ++failures;
        if (!store.Remove(key)) ++failures;
      }
    } catch (const Error& e) {
      ADD_FAILURE() << e.what();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] { work(t % 2 == 0 ? *store_ : *other, t); });
    }
  }

  EXPECT_EQ(failures, 0);
  EXPECT_EQ(Keys(), Texts{});
}

TEST_P(BlobStoreConformance, OfTwoThatWriteOneKeyOneWinsWhole) {
  const std::array<std::string, 2> texts{MadeText(200'000, 1), MadeText(150'000, 2)};
  Put("a/b", texts[0]);
  std::atomic<int> mixtures = 0;
  {
    std::vector<std::jthread> threads;
    for (const std::string& text : texts) {
      threads.emplace_back([&] {
        for (int i = 0; i < 15; ++i) Put("a/b", text);
      });
    }
    threads.emplace_back([&] {
      for (int i = 0; i < 30; ++i) {
        const auto read = Get("a/b");
        if (read != texts[0] && read != texts[1]) ++mixtures;
      }
    });
  }
  EXPECT_EQ(mixtures, 0);
}

TEST_P(BlobStoreConformance, HasScratchFoldersThatGo) {
  std::filesystem::path path;
  {
    ScratchFolder scratch = store_->MakeScratch();
    path = scratch.path();
    EXPECT_TRUE(std::filesystem::is_empty(path));
    std::filesystem::create_directories(path / "a" / "b");
    WriteText(path / "a" / "b" / "file", "x");
    // What a link points at is not removed with it.
    WriteText(folder_.path() / "precious", "x");
    std::filesystem::create_symlink(folder_.path() / "precious", path / "link");
    std::filesystem::create_directory_symlink(folder_.path(), path / "folder_link");
    std::filesystem::permissions(path / "a", std::filesystem::perms::none);
    const ScratchFolder moved = std::move(scratch);
    EXPECT_EQ(moved.path(), path);
    EXPECT_TRUE(std::filesystem::exists(path));
    EXPECT_NE(store_->MakeScratch().path(), path);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(FileText(folder_.path() / "precious"), "x");
}

TEST_P(BlobStoreConformance, HasWorkFoldersThatStay) {
  const std::filesystem::path uploads = store_->WorkFolder("uploads");
  WriteText(uploads / "part", "text");

  store_ = GetParam().open(folder_.path());

  EXPECT_EQ(store_->WorkFolder("uploads"), uploads);
  EXPECT_EQ(FileText(uploads / "part"), "text");
  EXPECT_TRUE(store_->Orphans(Later()).empty());
  EXPECT_EQ(Keys(), Texts{});
  EXPECT_THROW(store_->WorkFolder("../blobs"), Error);
  EXPECT_THROW(store_->WorkFolder("a/b"), Error);
  store_->PutFile(Key("u/v/original.mp4"), uploads / "part");
  EXPECT_EQ(Get("u/v/original.mp4"), "text");
}

TEST_P(BlobStoreConformance, WhatIsInUseIsNoOrphan) {
  Put("a.bin", "x");
  const auto writer = store_->Create(Key("b.bin"));
  writer->Write(BytesOf("x"));
  const ScratchFolder scratch = store_->MakeScratch();
  const auto other = GetParam().open(folder_.path());

  EXPECT_TRUE(store_->Orphans(Later()).empty());
  EXPECT_EQ(other->RemoveOrphans(Later()).files, 0);

  WriteText(scratch.path() / "file", "x");
  writer->Commit();
  EXPECT_EQ(Get("b.bin"), "x");
}

TEST_P(BlobStoreConformance, SaysHowMuchSpaceIsLeft) {
  EXPECT_GT(store_->FreeBytes(), 0);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(BlobStoreConformance);

}  // namespace tapmask
