// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <sys/stat.h>

#include "tapmask/storage/blob_store.h"
#include "tapmask/storage/file_descriptor.h"

// The file calls of POSIX with our errors, restarted when a signal came between. Paths are those of
// our own folders; files get mode 0600, folders 0700.
namespace tapmask {

// kStorageFull for no space, quotas and the limit of a file's size; kConflict where a file is in
// the place of a folder or the other way round; kUnavailable for what may pass; else kInternal.
[[noreturn]] void ThrowErrno(int error, std::string_view doing, const std::filesystem::path& path);

// Not open: there is nothing of that name, or a folder. Throws for links, pipes and the like.
FileDescriptor OpenForReading(const std::filesystem::path& path);
struct stat StatOf(const FileDescriptor& file, const std::filesystem::path& path);

void WriteAll(const FileDescriptor& file, std::span<const std::byte> data,
              const std::filesystem::path& path);
// Less than `out` only at the end of the file.
size_t ReadAllAt(const FileDescriptor& file, int64_t offset, std::span<std::byte> out,
                 const std::filesystem::path& path);
void SyncFile(const FileDescriptor& file, const std::filesystem::path& path);
void SyncFolder(const std::filesystem::path& path);
// What the file system of `path`, which must exist, has for us still.
int64_t FreeBytesAt(const std::filesystem::path& path);

// `path` and the folders above it that are missing; each is durable.
void MakeFolders(const std::filesystem::path& path);

// Renames, durably, into a folder that is made when it is missing, also when somebody removes it
// as empty at the same time. False: they lie on different file systems.
bool RenameInto(const std::filesystem::path& from, const std::filesystem::path& to);

// The folder with all that is in it, links not followed. Says what it removed; `size_of` tells a
// file's size by that on the disk. Nothing there is no error.
RemovedFiles RemoveTree(const std::filesystem::path& path,
                        const std::function<int64_t(int64_t)>& size_of = nullptr);

// Tries to get the lock by which whoever uses a temporary shows it.
bool TryLock(const FileDescriptor& file);

// A new file in `folder` under a name that says nothing, locked, which goes unless it is renamed.
class TemporaryBlobFile {
 public:
  explicit TemporaryBlobFile(const std::filesystem::path& folder);
  ~TemporaryBlobFile();
  TemporaryBlobFile(const TemporaryBlobFile&) = delete;
  TemporaryBlobFile& operator=(const TemporaryBlobFile&) = delete;

  const FileDescriptor& file() const { return file_; }
  const std::filesystem::path& path() const { return path_; }
  // Makes it durable under that name, of the same file system.
  void Commit(const std::filesystem::path& to);

 private:
  std::filesystem::path path_;
  FileDescriptor file_;
  bool is_renamed_ = false;
};

}  // namespace tapmask
