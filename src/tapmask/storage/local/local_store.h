// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tapmask/storage/blob_store.h"
#include "tapmask/storage/local/master_key.h"

namespace tapmask {

// Blobs as files in a folder of ours, if wanted encrypted (encrypted_file.h):
//
//   ROOT/format            how the blobs are kept, and by which key
//   ROOT/blobs/{key}       the blobs
//   ROOT/temporary/        what is being written
//   ROOT/scratch/          MakeScratch
//   ROOT/work/{name}/      WorkFolder
//
// All on one file system, for blobs appear by renaming. Files have mode 0600, folders 0700.
// Encryption is for blobs: scratch and work folders hold plain files while there is work.
class LocalStore final : public BlobStore {
 public:
  struct Options {
    std::filesystem::path root;    // Made when it is missing.
    std::optional<MasterKey> key;  // Nothing: blobs are plain files.
  };
  // Throws kInvalidArgument when the blobs that are there are kept in another way or by another
  // key than `options` says.
  explicit LocalStore(Options options);

  void PutFile(const BlobKey& key, const std::filesystem::path& file) override;
  std::unique_ptr<BlobWriter> Create(const BlobKey& key) override;
  std::unique_ptr<BlobReader> Open(const BlobKey& key) override;
  FileDescriptor OpenPlain(const BlobKey& key) override;
  std::optional<int64_t> Size(const BlobKey& key) override;
  std::vector<BlobInfo> List(const std::optional<BlobKey>& folder) override;
  bool Remove(const BlobKey& key) override;
  RemovedFiles RemoveAll(const BlobKey& folder) override;
  int64_t FreeBytes() override;
  ScratchFolder MakeScratch() override;
  std::filesystem::path WorkFolder(std::string_view name) override;
  std::vector<std::filesystem::path> Orphans(Time before) override;
  RemovedFiles RemoveOrphans(Time before) override;

 private:
  void CheckFormat() const;
  // Before a whole file is written: it must not take the disk's last bytes.
  void CheckRoomFor(int64_t bytes);
  std::filesystem::path PathOf(const BlobKey& key) const { return blobs_ / key.text(); }
  int64_t SizeOf(int64_t size_on_disk_bytes) const;
  void RemoveEmptyFolders(std::filesystem::path folder) const;
  void ListBelow(const std::filesystem::path& folder, std::vector<BlobInfo>& blobs) const;

  const Options options_;
  const std::filesystem::path blobs_, temporary_, scratch_, work_;
};

}  // namespace tapmask
