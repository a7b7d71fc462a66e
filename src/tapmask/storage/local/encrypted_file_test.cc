// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/local/encrypted_file.h"

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/storage/local/posix_file.h"
#include "tapmask/storage/local/test_key.h"
#include "tapmask/storage/test_folder.h"

namespace tapmask {
namespace {

constexpr size_t kHeader = 48, kSealed = 65'552;

class EncryptedFileTest : public ::testing::Test {
 protected:
  std::string Encrypt(const std::string& plain, const std::string& name = "u/v/a") {
    TemporaryBlobFile file(folder_.path());
    EncryptedFileWriter writer(file.file(), file.path(), key_, name);
    writer.Write(BytesOf(plain));
    writer.Finish();
    return FileText(file.path());
  }

  std::string Decrypt(const std::string& sealed, const std::string& name = "u/v/a",
                      const MasterKey& key = TestKey()) {
    const std::filesystem::path path = folder_.path() / "sealed";
    WriteText(path, sealed);
    EncryptedFileReader reader(OpenForReading(path), path, key, name);
    std::string plain(static_cast<size_t>(reader.size_bytes()) + 1, '?');
    plain.resize(reader.ReadAt(0, std::as_writable_bytes(std::span(plain))));
    return plain;
  }

  bool IsRefused(const std::string& sealed, const std::string& name = "u/v/a",
                 const MasterKey& key = TestKey()) {
    try {
      Decrypt(sealed, name, key);
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::kInternal);
      EXPECT_EQ(e.public_text().find("sealed"), std::string::npos);  // No path.
      return true;
    }
    return false;
  }

  const MasterKey key_ = TestKey();
  TestFolder folder_;
};

TEST_F(EncryptedFileTest, NoticesEachChangedByte) {
  const std::string sealed = Encrypt("the plain text");
  EXPECT_EQ(Decrypt(sealed), "the plain text");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_TRUE(IsRefused(changed)) << i;
  }
}

TEST_F(EncryptedFileTest, NoticesEveryCut) {
  const std::string small = Encrypt("the plain text");
  for (size_t size = 0; size < small.size(); ++size) {
    EXPECT_TRUE(IsRefused(small.substr(0, size))) << size;
  }
  // Between chunks as well, where each chunk that is left is genuine.
  const std::string large = Encrypt(MadeText(3 * 65'536));
  ASSERT_EQ(large.size(), kHeader + 3 * kSealed);
  for (size_t chunks = 0; chunks < 3; ++chunks) {
    for (const size_t more : {0, 1, 15, 16, 17, 65'551}) {
      EXPECT_TRUE(IsRefused(large.substr(0, kHeader + chunks * kSealed + more))) << chunks;
    }
  }
  EXPECT_TRUE(IsRefused(large.substr(0, kHeader) + large.substr(kHeader + kSealed)));
}

// A cut is known when the file is opened, before a size is told or a part of it is given out.
TEST_F(EncryptedFileTest, NoticesACutOnOpening) {
  const std::string sealed = Encrypt(MadeText(200'000));
  const std::filesystem::path path = folder_.path() / "cut";
  WriteText(path, sealed.substr(0, kHeader + 2 * kSealed));
  EXPECT_THROW(EncryptedFileReader(OpenForReading(path), path, key_, "u/v/a"), Error);
}

TEST_F(EncryptedFileTest, NoticesWhatWasAppendedMovedOrRepeated) {
  const std::string a = Encrypt(MadeText(4 * 65'536, 1)), b = Encrypt(MadeText(4 * 65'536, 2));
  const auto chunk = [](const std::string& sealed, size_t number) {
    return sealed.substr(kHeader + number * kSealed, kSealed);
  };
  const std::string header = a.substr(0, kHeader);
  EXPECT_FALSE(IsRefused(header + chunk(a, 0) + chunk(a, 1) + chunk(a, 2) + chunk(a, 3)));

  EXPECT_TRUE(IsRefused(a + "x"));
  EXPECT_TRUE(IsRefused(a + std::string(kSealed, '\0')));
  EXPECT_TRUE(IsRefused(a + chunk(a, 3)));
  EXPECT_TRUE(IsRefused(header + chunk(a, 1) + chunk(a, 0) + chunk(a, 2) + chunk(a, 3)));
  EXPECT_TRUE(IsRefused(header + chunk(a, 0) + chunk(a, 0) + chunk(a, 2) + chunk(a, 3)));
  EXPECT_TRUE(IsRefused(header + chunk(a, 0) + chunk(a, 2) + chunk(a, 3)));
  EXPECT_TRUE(IsRefused(header + chunk(a, 0) + chunk(b, 1) + chunk(a, 2) + chunk(a, 3)));
  EXPECT_TRUE(IsRefused(b.substr(0, kHeader) + a.substr(kHeader)));
}

TEST_F(EncryptedFileTest, NoticesAFileInThePlaceOfAnother) {
  const std::string sealed = Encrypt("whose?", "alice/v/original.mp4");
  EXPECT_EQ(Decrypt(sealed, "alice/v/original.mp4"), "whose?");
  EXPECT_TRUE(IsRefused(sealed, "bob/v/original.mp4"));
  EXPECT_TRUE(IsRefused(sealed, "alice/v/original.mp4", TestKey(2)));
}

TEST_F(EncryptedFileTest, GivesNothingOfADamagedChunkAndAllOfTheOthers) {
  const std::string plain = MadeText(200'000);
  std::string sealed = Encrypt(plain);
  sealed[kHeader + kSealed + 1'000] ^= 1;  // In the second chunk.
  const std::filesystem::path path = folder_.path() / "sealed";
  WriteText(path, sealed);
  EncryptedFileReader reader(OpenForReading(path), path, key_, "u/v/a");

  std::string part(100, '?');
  const std::span<std::byte> out = std::as_writable_bytes(std::span(part));
  EXPECT_THROW(reader.ReadAt(70'000, out), Error);
  EXPECT_EQ(part, std::string(100, '?'));
  EXPECT_THROW(reader.ReadAt(70'000, out), Error);  // Not from a chunk that is kept.
  EXPECT_EQ(reader.ReadAt(131'072, out), 100u);
  EXPECT_TRUE(part == plain.substr(131'072, 100));
}

TEST_F(EncryptedFileTest, SizesOnDiskTellPlainSizes) {
  for (const int64_t size : {0, 1, 65'535, 65'536, 65'537, 131'072, 131'073}) {
    const std::string sealed = Encrypt(std::string(static_cast<size_t>(size), 'x'));
    EXPECT_EQ(PlainSize(static_cast<int64_t>(sealed.size())), size);
  }
  EXPECT_EQ(PlainSize(0), std::nullopt);
  EXPECT_EQ(PlainSize(kHeader), std::nullopt);
  EXPECT_EQ(PlainSize(kHeader + 15), std::nullopt);
  EXPECT_EQ(PlainSize(kHeader + kSealed + 16), std::nullopt);
}

// The form on disk is a promise: files of an earlier version must stay readable. These bytes were
// made with Python's `cryptography` by the description in the header, salt 100 to 131.
TEST_F(EncryptedFileTest, ReadsAFileThatAnotherProgramMade) {
  const std::string kHex =
      "544d46494c45310a7f86079daa536bad6465666768696a6b6c6d6e6f707172737475767778797a"
      "7b7c7d7e7f808182838a91ebd5315cdb4050ac72532795f33dbbf0ab5a9561143f4a2b5e06167e"
      "9d3738";
  std::string sealed;
  for (size_t i = 0; i < kHex.size(); i += 2) {
    sealed += static_cast<char>(std::stoi(kHex.substr(i, 2), nullptr, 16));
  }
  EXPECT_EQ(Decrypt(sealed, "u/v/a"), "written elsewhere");
}

TEST(MasterKey, IsReadFromRawBytesAndHexDigits) {
  const TestFolder folder;
  const std::filesystem::path file = folder.path() / "key";
  const auto write = [&](const std::string& text) {
    WriteText(file, text);
    std::filesystem::permissions(file, std::filesystem::perms(0600));
  };
  std::string raw;
  for (int i = 0; i < 32; ++i) raw += static_cast<char>(1 + i);
  write(raw);
  EXPECT_EQ(MasterKey::FromFile(file).id(), TestKey().id());
  write("0102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F20\n");
  EXPECT_EQ(MasterKey::FromFile(file).id(), TestKey().id());
  EXPECT_NE(TestKey(1).id(), TestKey(2).id());

  for (const std::string& bad :
       {std::string(), std::string("00"), raw.substr(1), raw + "\n", std::string(64, 'g'),
        std::string(32, '\0'), std::string(64, '0'), std::string(1'000, 'a')}) {
    write(bad);
    EXPECT_THROW(MasterKey::FromFile(file), Error) << bad;
  }
  EXPECT_THROW(MasterKey::FromFile(folder.path() / "none"), Error);
  EXPECT_THROW(MasterKey::FromFile(folder.path()), Error);
}

TEST(MasterKey, IsNotReadFromAFileThatOthersMayRead) {
  const TestFolder folder;
  const std::filesystem::path file = folder.path() / "key";
  WriteText(file, std::string(31, 'a') + "b");
  for (const int mode : {0640, 0604, 0620, 0644, 0777}) {
    std::filesystem::permissions(file, std::filesystem::perms(mode));
    EXPECT_THROW(MasterKey::FromFile(file), Error) << mode;
  }
  for (const int mode : {0400, 0600}) {
    std::filesystem::permissions(file, std::filesystem::perms(mode));
    EXPECT_NO_THROW(MasterKey::FromFile(file)) << mode;
  }
}

}  // namespace
}  // namespace tapmask
