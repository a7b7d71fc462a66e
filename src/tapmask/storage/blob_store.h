// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tapmask/core/clock.h"
#include "tapmask/storage/blob_key.h"
#include "tapmask/storage/file_descriptor.h"
#include "tapmask/storage/scratch_folder.h"

namespace tapmask {

// Writes one blob. It is there, whole and durable, when `Commit` returns; without `Commit` nothing
// is left of it, and what was under its key before stays. Not thread-safe.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  virtual void Write(std::span<const std::byte> data) = 0;
  // Once, as the last call. Replaces what was under the key.
  virtual void Commit() = 0;
};

// Reads one blob as it was when it was opened, also when it is replaced or removed meanwhile. Not
// thread-safe.
class BlobReader {
 public:
  virtual ~BlobReader() = default;
  virtual int64_t size_bytes() const = 0;
  // Fills `out` from `offset` on; the answer is smaller than `out` only at the end. `offset` >= 0.
  // Throws kInternal for what was damaged or tampered with, where the store can tell.
  virtual size_t ReadAt(int64_t offset, std::span<std::byte> out) = 0;
};

struct BlobInfo {
  BlobKey key;
  int64_t size_bytes = 0;
  Time modified_at;
};

struct RemovedFiles {
  int64_t files = 0, bytes = 0;
};

// Where videos and what is made of them are kept: originals, proxies, masks, outputs, reports.
//
// Keys are made by us of ids (BlobKey), never of what a user calls a file. A key is used for a blob
// or as a folder of others, not for both. Any number of threads and processes may use a store; of
// two that write the same key one wins, whole.
//
// All calls throw kStorageFull when there is no space, kUnavailable when another try may succeed,
// kInternal for what should not happen. Then nothing has changed, but for removals, which may have
// been done in part.
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  // Takes the file, which is gone afterwards: renamed where that can be done, as from this store's
  // scratch and work folders when blobs are not encrypted, else copied. It must be a regular file
  // and not a link, and nobody may write to it any more. Throws kNotFound when there is none,
  // kInvalidArgument for what is no regular file; it is left where it is when anything is thrown.
  virtual void PutFile(const BlobKey& key, const std::filesystem::path& file) = 0;
  virtual std::unique_ptr<BlobWriter> Create(const BlobKey& key) = 0;

  // Null: there is no such blob.
  virtual std::unique_ptr<BlobReader> Open(const BlobKey& key) = 0;
  // A descriptor for reading and seeking, for a sandboxed child that may open nothing itself; not
  // open when there is no such blob. Where blobs are encrypted, it is of a copy without a name in
  // the scratch area, in clear, whose space is free again when the last descriptor is closed.
  virtual FileDescriptor OpenPlain(const BlobKey& key) = 0;
  virtual std::optional<int64_t> Size(const BlobKey& key) = 0;  // In bytes, as a reader has it.
  bool Exists(const BlobKey& key) { return Size(key).has_value(); }

  // The blobs below `folder`, all without one, in the order of their keys.
  virtual std::vector<BlobInfo> List(const std::optional<BlobKey>& folder) = 0;

  // False: there was none. Folders that become empty go, too.
  virtual bool Remove(const BlobKey& key) = 0;
  // Everything below `folder`; a blob of that very name is not.
  virtual RemovedFiles RemoveAll(const BlobKey& folder) = 0;

  virtual int64_t FreeBytes() = 0;  // That can still be written.

  // A new empty folder for the files of one piece of work; see ScratchFolder.
  virtual ScratchFolder MakeScratch() = 0;
  // A folder of the caller's own, e.g. of unfinished uploads, made when it is missing: files there
  // keep their names over restarts, are not encrypted, and are the caller's to remove. `name`: one
  // part of a BlobKey.
  virtual std::filesystem::path WorkFolder(std::string_view name) = 0;

  // Temporary files and scratch folders that a process left behind when it was killed and that
  // were last changed before then; what is in use is not among them. For the sweeper.
  virtual std::vector<std::filesystem::path> Orphans(Time before) = 0;
  virtual RemovedFiles RemoveOrphans(Time before) = 0;
};

}  // namespace tapmask
