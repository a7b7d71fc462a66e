// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tapmask/storage/file_descriptor.h"
#include "tapmask/storage/local/master_key.h"

// A file that is encrypted so that any range of it can be read. On disk:
//
//   8 bytes   "TMFILE1\n"
//   8 bytes   MasterKey::id
//   32 bytes  salt, drawn for this file
//   chunks    each 65,536 bytes of the file, encrypted, and 16 bytes of tag; the last one is
//   shorter
//             or as long, and empty only in an empty file
//
// AES-256-GCM. The key is the file's own: HKDF-SHA256 of the master key, the salt and the blob's
// key. So a nonce, the chunk's number (8 bytes, the highest first), three zeros, and 1 for the last
// chunk or 0, is used once. What is noticed when it is read: any changed byte, chunks that were
// left out, moved, repeated or come from another file, a file that was cut or made longer (the
// last chunk is checked on opening), and one that was put in the place of another. What is not: an
// older version of the same blob in its place.
namespace tapmask {

constexpr int64_t kChunkBytes = 65'536;

// The bytes of a file of which so many are on disk; nothing when no file has that size.
std::optional<int64_t> PlainSize(int64_t size_on_disk_bytes);

// AES-256-GCM with one key: nonces are never to be repeated.
class ChunkCipher {
 public:
  explicit ChunkCipher(const FileKey& key);
  ~ChunkCipher();
  ChunkCipher(ChunkCipher&&) noexcept;

  // `plain` has at most kChunkBytes.
  void Seal(uint64_t number, bool is_last, std::span<const std::byte> plain,
            std::vector<std::byte>& sealed);
  // False: it is not what was sealed under this number and flag.
  [[nodiscard]] bool Open(uint64_t number, bool is_last, std::span<const std::byte> sealed,
                          std::vector<std::byte>& plain);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

// Writes one to an empty file, which must outlive it. `name` is the blob's key.
class EncryptedFileWriter {
 public:
  EncryptedFileWriter(const FileDescriptor& file, std::filesystem::path path, const MasterKey& key,
                      const std::string& name);
  void Write(std::span<const std::byte> data);
  void Finish();  // Writes the last chunk.

 private:
  void Flush(bool is_last);

  const FileDescriptor& file_;
  const std::filesystem::path path_;
  std::optional<ChunkCipher> cipher_;
  std::vector<std::byte> plain_, sealed_;
  uint64_t number_ = 0;
};

// Throws kInternal for a file that is damaged, of another key or another name.
class EncryptedFileReader {
 public:
  EncryptedFileReader(FileDescriptor file, std::filesystem::path path, const MasterKey& key,
                      const std::string& name);
  int64_t size_bytes() const { return size_bytes_; }
  size_t ReadAt(int64_t offset, std::span<std::byte> out);

 private:
  void Load(int64_t number);  // Into `plain_`.

  const FileDescriptor file_;
  const std::filesystem::path path_;
  std::optional<ChunkCipher> cipher_;
  int64_t size_bytes_ = 0;
  int64_t chunks_ = 0;
  int64_t loaded_ = -1;  // The number of the chunk in `plain_`.
  std::vector<std::byte> plain_, sealed_;
};

}  // namespace tapmask
