// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/local/posix_file.h"

#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/core/id.h"

namespace tapmask {
namespace {

template <class Call>
auto Restarted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

struct CloseDir {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

// Not following a link, and with the rights to empty it: a child may have taken them away.
FileDescriptor OpenFolder(int above, const char* name) {
  const FileDescriptor place(::openat(above, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!place.IsOpen()) return FileDescriptor();
  struct stat info {};
  if (::fstat(place.get(), &info) == 0 && (info.st_mode & S_IRWXU) != S_IRWXU) {
    (void)::chmod(("/proc/self/fd/" + std::to_string(place.get())).c_str(), S_IRWXU);
  }
  return FileDescriptor(::openat(place.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

// Empties the folder that `dir` is open on. Returns the first error that is not "already gone".
int RemoveEntries(const FileDescriptor& dir, const std::function<int64_t(int64_t)>& size_of,
                  RemovedFiles& removed) {
  const int copy = ::openat(dir.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return errno;
  const std::unique_ptr<DIR, CloseDir> entries(::fdopendir(copy));
  if (!entries) {
    const int error = errno;
    ::close(copy);
    return error;
  }
  int first_error = 0;
  const auto note = [&first_error](int error) {
    if (error != ENOENT && first_error == 0) first_error = error;
  };
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat info {};
    if (::fstatat(dir.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      note(errno);
      continue;
    }
    if (!S_ISDIR(info.st_mode)) {
      if (::unlinkat(dir.get(), name.c_str(), 0) != 0) {
        note(errno);
        continue;
      }
      ++removed.files;
      if (S_ISREG(info.st_mode)) removed.bytes += size_of ? size_of(info.st_size) : info.st_size;
      continue;
    }
    const FileDescriptor below = OpenFolder(dir.get(), name.c_str());
    note(below.IsOpen() ? RemoveEntries(below, size_of, removed) : errno);
    if (::unlinkat(dir.get(), name.c_str(), AT_REMOVEDIR) != 0) note(errno);
  }
  return first_error;
}

}  // namespace

void ThrowErrno(int error, std::string_view doing, const std::filesystem::path& path) {
  const std::string log =
      std::string(doing) + " " + path.string() + ": " + std::generic_category().message(error);
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      throw Error(Code::kStorageFull, "There is no space left for files; try again later.", log);
    case ENOTDIR:
    case EISDIR:
    case ENOTEMPTY:
    case EEXIST: throw Error(Code::kConflict, "Something else is stored under this name.", log);
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EIO:
    case EROFS:
    case EBUSY:
    case ETIMEDOUT:
    case ESTALE:
      throw Error(Code::kUnavailable, "Files cannot be stored or read now; try again later.", log);
    default: throw Error(Code::kInternal, "Files cannot be stored or read.", log);
  }
}

FileDescriptor OpenForReading(const std::filesystem::path& path) {
  // Not waiting for the other end of what turns out to be a pipe.
  FileDescriptor file(Restarted(
      [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK); }));
  if (!file.IsOpen()) {
    // A missing folder above, or a blob in its place: no such file either.
    if (errno == ENOENT || errno == ENOTDIR) return file;
    ThrowErrno(errno, "opening", path);
  }
  const mode_t mode = StatOf(file, path).st_mode;
  if (S_ISDIR(mode)) return FileDescriptor();
  if (!S_ISREG(mode)) ThrowErrno(EINVAL, "not a regular file:", path);
  return file;
}

struct stat StatOf(const FileDescriptor& file, const std::filesystem::path& path) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) ThrowErrno(errno, "looking at", path);
  return info;
}

void WriteAll(const FileDescriptor& file, std::span<const std::byte> data,
              const std::filesystem::path& path) {
  while (!data.empty()) {
    const ssize_t written =
        Restarted([&] { return ::write(file.get(), data.data(), data.size()); });
    if (written < 0) ThrowErrno(errno, "writing", path);
    data = data.subspan(static_cast<size_t>(written));
  }
}

size_t ReadAllAt(const FileDescriptor& file, int64_t offset, std::span<std::byte> out,
                 const std::filesystem::path& path) {
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t count = Restarted([&] {
      return ::pread(file.get(), out.data() + done, out.size() - done,
                     offset + static_cast<off_t>(done));
    });
    if (count < 0) ThrowErrno(errno, "reading", path);
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  return done;
}

void SyncFile(const FileDescriptor& file, const std::filesystem::path& path) {
  if (Restarted([&] { return ::fsync(file.get()); }) != 0) ThrowErrno(errno, "syncing", path);
}

void SyncFolder(const std::filesystem::path& path) {
  const FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.IsOpen()) {
    if (errno == ENOENT) return;  // Removed as empty by somebody else.
    ThrowErrno(errno, "opening", path);
  }
  // Some file systems know no syncing of folders.
  if (Restarted([&] { return ::fsync(folder.get()); }) != 0 && errno != EINVAL) {
    ThrowErrno(errno, "syncing", path);
  }
}

int64_t FreeBytesAt(const std::filesystem::path& path) {
  struct statvfs info {};
  if (Restarted([&] { return ::statvfs(path.c_str(), &info); }) != 0) {
    ThrowErrno(errno, "looking at", path);
  }
  return static_cast<int64_t>(info.f_bavail) * static_cast<int64_t>(info.f_frsize);
}

void MakeFolders(const std::filesystem::path& path) {
  for (int tries = 0; tries < 100; ++tries) {
    if (::mkdir(path.c_str(), 0700) == 0) {
      SyncFolder(path.parent_path());
      return;
    }
    const int error = errno;
    if (error == EEXIST) {
      // One look only: what mkdir met may be removed as empty, and made again, at any moment.
      std::error_code ignored;
      const std::filesystem::file_type type = std::filesystem::status(path, ignored).type();
      if (type == std::filesystem::file_type::directory) return;
      if (type == std::filesystem::file_type::not_found) continue;
    }
    // What is above is missing, or was removed as empty just now.
    if (error != ENOENT || !path.has_parent_path() || path.parent_path() == path) {
      ThrowErrno(error, "making", path);
    }
    MakeFolders(path.parent_path());
  }
  ThrowErrno(EBUSY, "making", path);
}

bool RenameInto(const std::filesystem::path& from, const std::filesystem::path& to) {
  for (int tries = 0; tries < 100; ++tries) {
    MakeFolders(to.parent_path());
    if (::rename(from.c_str(), to.c_str()) == 0) {
      SyncFolder(to.parent_path());
      return true;
    }
    if (errno == EXDEV) return false;
    if (errno != ENOENT || ::access(from.c_str(), F_OK) != 0) {
      ThrowErrno(errno, "renaming to", to);
    }
  }
  ThrowErrno(EBUSY, "renaming to", to);
}

RemovedFiles RemoveTree(const std::filesystem::path& path,
                        const std::function<int64_t(int64_t)>& size_of) {
  RemovedFiles removed;
  int error = 0;
  for (int tries = 0; tries < 10; ++tries) {
    const FileDescriptor folder = OpenFolder(AT_FDCWD, path.c_str());
    if (!folder.IsOpen()) {
      if (errno == ENOENT || errno == ENOTDIR) return removed;
      ThrowErrno(errno, "opening", path);
    }
    error = RemoveEntries(folder, size_of, removed);
    if (error == 0 && (::rmdir(path.c_str()) == 0 || errno == ENOENT)) return removed;
    if (error == 0) error = errno;
    if (error != ENOTEMPTY && error != EEXIST) ThrowErrno(error, "removing", path);
    // Somebody has put something into it in the meantime.
  }
  ThrowErrno(EBUSY, "removing", path);
}

bool TryLock(const FileDescriptor& file) {
  return Restarted([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) == 0;
}

TemporaryBlobFile::TemporaryBlobFile(const std::filesystem::path& folder)
    : path_(folder / NewUuid()) {
  file_ = FileDescriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file_.IsOpen()) ThrowErrno(errno, "making", path_);
  (void)TryLock(file_);  // Where locks cannot be had, age alone tells an orphan.
}

TemporaryBlobFile::~TemporaryBlobFile() {
  if (!is_renamed_) ::unlink(path_.c_str());
}

void TemporaryBlobFile::Commit(const std::filesystem::path& to) {
  SyncFile(file_, path_);
  if (!RenameInto(path_, to)) ThrowErrno(EXDEV, "renaming to", to);
  is_renamed_ = true;
}

}  // namespace tapmask
