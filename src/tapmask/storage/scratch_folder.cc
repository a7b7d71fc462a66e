// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/scratch_folder.h"

#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/storage/local/posix_file.h"

namespace tapmask {

ScratchFolder::ScratchFolder(std::filesystem::path path, FileDescriptor lock)
    : path_(std::move(path)), lock_(std::move(lock)) {}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

ScratchFolder& ScratchFolder::operator=(ScratchFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

ScratchFolder::~ScratchFolder() {
  if (path_.empty()) return;
  try {
    RemoveTree(path_);
  } catch (const Error&) {
    // What is left is an orphan, and the sweeper's.
  }
}

}  // namespace tapmask
