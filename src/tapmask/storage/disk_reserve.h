// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

namespace tapmask {

// So many bytes of the disk are left to the databases and the logs: whatever takes in or makes
// videos stops before.
inline constexpr int64_t kSpareDiskBytes = 64'000'000;

// A file that only takes up space. Deleting needs some, for a database writes before it forgets, so
// on a disk that is full to the last byte nothing could be deleted any more. Then this file is
// given up, and it is made again when there is room.
//
// Any number of processes may use the same file.
class DiskReserve {
 public:
  static constexpr int64_t kBytes = 32 << 20;
  // The disk counts as full when less is free.
  static constexpr int64_t kFullBytes = 4 << 20;

  // Of the data in `folder`, which must exist. Makes nothing yet.
  explicit DiskReserve(const std::filesystem::path& folder) : file_(folder / "disk-reserve") {}

  // Removes it. False: there was none. Throws as BlobStore.
  bool GiveUp() const;
  // The same, only when the disk is full. For a start, before anything is opened, and now and then.
  bool GiveUpIfFull() const;

  // Makes it when it is missing and the disk would still have kSpareDiskBytes. Returns whether it
  // is there, whole. Throws as BlobStore, but not for a full disk.
  bool Restore() const;

 private:
  std::filesystem::path file_;
};

}  // namespace tapmask
