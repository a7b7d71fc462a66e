// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "tapmask/storage/file_descriptor.h"

namespace tapmask {

// A folder that is removed with all that is in it when the object goes. It holds a lock on it
// meanwhile, by which a sweeper tells it from one whose process was killed.
class ScratchFolder {
 public:
  ScratchFolder() = default;
  // Takes over a folder and the descriptor that its lock is on.
  ScratchFolder(std::filesystem::path path, FileDescriptor lock);
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder& operator=(ScratchFolder&& other) noexcept;
  ~ScratchFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;  // Empty: none.
  FileDescriptor lock_;
};

}  // namespace tapmask
