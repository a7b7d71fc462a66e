// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace tapmask {

// A file that is written beside its place and gets its name only when it is whole; without `Commit`
// it is gone with this object. Its name until then cannot be foreseen and is never one that is
// there already, so nobody can lay a link in its way and two runs do not meet.
class TemporaryFile {
 public:
  // Makes it, empty, with the permissions of any new file.
  // Throws kInvalidArgument when the folder of `target` cannot be written, kStorageFull.
  explicit TemporaryFile(std::filesystem::path target);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::filesystem::path& target() const { return target_; }
  const std::filesystem::path& path() const { return path_; }

  // The whole content at once. Throws kStorageFull.
  void Write(std::string_view bytes) const;

  // What was written under `path` is on disk, as far as the system can say. Throws kStorageFull.
  void Sync() const;

  // Puts it in the place of what is at `target`. Throws kUnavailable.
  void Commit();

 private:
  const std::filesystem::path target_;
  std::filesystem::path path_;
  bool committed_ = false;
};

// A folder for files that wait beside their place; gone with this object and all that is in it.
class TemporaryFolder {
 public:
  // Throws kInvalidArgument when nothing can be written to `parent`.
  explicit TemporaryFolder(const std::filesystem::path& parent);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace tapmask
