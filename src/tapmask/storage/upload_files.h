// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tapmask/core/id.h"
#include "tapmask/storage/blob_store.h"
#include "tapmask/storage/file_descriptor.h"

namespace tapmask {

// The file of one unfinished upload, open for one short step. While it is open no other process
// and no other thread has it open. It grows at its end only.
//
// Bytes whose checksum was not compared yet lie in the file as well, behind a mark on the disk that
// says where they begin; whoever finds the mark after a crash drops them.
//
// Errors as of BlobStore. After one, what the file holds is what the next `Open` says.
class UploadFile {
 public:
  int64_t size_bytes() const { return size_bytes_; }  // Unchecked bytes included.
  bool has_unchecked() const { return unchecked_from_.has_value(); }

  // Not durable before `Sync`.
  void Append(std::string_view data);
  size_t ReadAt(int64_t offset, std::span<char> out) const;
  void Sync();

  // What is appended from now on does not count, whatever happens, until `Accept`, which makes it
  // durable first. `Drop` takes it away.
  void BeginUnchecked();
  void Accept();
  void Drop();

 private:
  friend class UploadFiles;
  UploadFile(FileDescriptor file, std::filesystem::path path);

  FileDescriptor file_;
  std::filesystem::path path_, mark_;
  int64_t size_bytes_ = 0;
  std::optional<int64_t> unchecked_from_;
};

// Where the bytes of unfinished uploads are: a file for each, named by its id, in the work folder
// "uploads" of the store. May be used from any thread and process.
class UploadFiles {
 public:
  // `blobs` is not kept.
  explicit UploadFiles(BlobStore& blobs);

  // Makes an empty file, durably. Throws kConflict when there is one.
  void Create(const UploadId& id) const;

  enum class Unchecked { kDrop, kKeep };
  // Nothing: there is no such file. Throws kUnavailable when another process keeps it open for
  // longer than 2 s.
  std::optional<UploadFile> Open(const UploadId& id, Unchecked unchecked) const;

  // Nothing there is no error. Whoever has it open writes into nowhere.
  RemovedFiles Remove(const UploadId& id) const;

  std::filesystem::path PathOf(const UploadId& id) const { return folder_ / id.text(); }
  std::vector<UploadId> Ids() const;  // Of all files that are there, in no order.

 private:
  std::filesystem::path folder_;
};

}  // namespace tapmask
