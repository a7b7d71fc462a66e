// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/disk_reserve.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tapmask/storage/file_descriptor.h"
#include "tapmask/storage/local/posix_file.h"

namespace tapmask {
namespace {

constexpr int64_t kBlockBytes = 512;  // Of st_blocks, whatever the disk's are.

}  // namespace

bool DiskReserve::GiveUp() const {
  if (::unlink(file_.c_str()) == 0) return true;
  if (errno != ENOENT) ThrowErrno(errno, "removing", file_);
  return false;
}

bool DiskReserve::GiveUpIfFull() const {
  return FreeBytesAt(file_.parent_path()) < kFullBytes && GiveUp();
}

bool DiskReserve::Restore() const {
  int64_t has = 0;
  struct stat info {};
  if (::lstat(file_.c_str(), &info) == 0) has = int64_t{info.st_blocks} * kBlockBytes;
  if (has >= kBytes) return true;
  if (FreeBytesAt(file_.parent_path()) < kBytes - has + kSpareDiskBytes) return false;

  const FileDescriptor file(
      ::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.IsOpen()) {
    if (errno == ENOSPC || errno == EDQUOT) return false;
    ThrowErrno(errno, "making", file_);
  }
  int error = EINTR;
  while (error == EINTR) error = ::posix_fallocate(file.get(), 0, kBytes);
  if (error == 0) return true;
  ::unlink(file_.c_str());
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) return false;
  ThrowErrno(error, "making", file_);
}

}  // namespace tapmask
