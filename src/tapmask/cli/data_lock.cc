// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/data_lock.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>

#include <fmt/format.h>

#include "tapmask/cli/service_parts.h"
#include "tapmask/core/error.h"
#include "tapmask/storage/disk_reserve.h"

namespace tapmask {

FileDescriptor LockData(const std::filesystem::path& folder) {
  MakeDataFolder(folder);
  DiskReserve(folder).GiveUpIfFull();  // The first lock takes room.
  const std::filesystem::path file = folder / "serve.lock";
  FileDescriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.IsOpen()) {
    const int why = errno;
    throw Error(why == ENOSPC || why == EDQUOT ? Code::kStorageFull : Code::kUnavailable,
                fmt::format("{} cannot be made: {}.", file.string(), std::strerror(why)));
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    throw Error(Code::kConflict, fmt::format("Another tapmask serves the data in {} already; end "
                                             "it first, or choose another folder by --data.",
                                             folder.string()));
  }
  return lock;
}

}  // namespace tapmask
