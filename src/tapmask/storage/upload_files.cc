// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/upload_files.h"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/storage/local/posix_file.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMarkSuffix = ".unchecked";
constexpr std::chrono::milliseconds kMostWait{2'000}, kLookAgain{10};

fs::path MarkOf(const fs::path& file) {
  return fs::path(file).concat(kMarkSuffix);
}

FileDescriptor OpenAs(const fs::path& path, int flags) {
  int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  while (fd < 0 && errno == EINTR) fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  return FileDescriptor(fd);
}

// The mark holds "{offset}\n". It is durable before the first unchecked byte is written, so one
// that is not whole has no such bytes behind it.
std::optional<int64_t> ReadMark(const fs::path& mark) {
  const FileDescriptor file = OpenForReading(mark);
  if (!file.IsOpen()) return std::nullopt;
  char text[32];
  const size_t size = ReadAllAt(file, 0, std::as_writable_bytes(std::span(text)), mark);
  int64_t offset = 0;
  const auto [end, error] = std::from_chars(text, text + size, offset);
  if (error != std::errc() || end != text + size - 1 || *end != '\n' || offset < 0) {
    return std::nullopt;
  }
  return offset;
}

// False: there was none.
bool Unlink(const fs::path& path) {
  if (::unlink(path.c_str()) == 0) return true;
  if (errno != ENOENT) ThrowErrno(errno, "removing", path);
  return false;
}

}  // namespace

UploadFile::UploadFile(FileDescriptor file, fs::path path)
    : file_(std::move(file)), path_(std::move(path)), mark_(MarkOf(path_)) {
  unchecked_from_ = ReadMark(mark_);
  size_bytes_ = StatOf(file_, path_).st_size;
}

void UploadFile::Append(std::string_view data) {
  WriteAll(file_, std::as_bytes(std::span(data)), path_);
  size_bytes_ += static_cast<int64_t>(data.size());
}

size_t UploadFile::ReadAt(int64_t offset, std::span<char> out) const {
  return ReadAllAt(file_, offset, std::as_writable_bytes(out), path_);
}

void UploadFile::Sync() {
  int result = ::fdatasync(file_.get());
  while (result < 0 && errno == EINTR) result = ::fdatasync(file_.get());
  if (result < 0) ThrowErrno(errno, "syncing", path_);
}

void UploadFile::BeginUnchecked() {
  const std::string text = std::to_string(size_bytes_) + "\n";
  const FileDescriptor mark = OpenAs(mark_, O_WRONLY | O_CREAT | O_TRUNC);
  if (!mark.IsOpen()) ThrowErrno(errno, "making", mark_);
  WriteAll(mark, std::as_bytes(std::span(text)), mark_);
  SyncFile(mark, mark_);
  SyncFolder(mark_.parent_path());
  unchecked_from_ = size_bytes_;
}

void UploadFile::Accept() {
  Sync();
  Unlink(mark_);
  SyncFolder(mark_.parent_path());
  unchecked_from_.reset();
}

void UploadFile::Drop() {
  if (unchecked_from_ && *unchecked_from_ < size_bytes_) {
    int result = ::ftruncate(file_.get(), *unchecked_from_);
    while (result < 0 && errno == EINTR) result = ::ftruncate(file_.get(), *unchecked_from_);
    if (result < 0) ThrowErrno(errno, "shortening", path_);
    size_bytes_ = *unchecked_from_;
  }
  Accept();
}

UploadFiles::UploadFiles(BlobStore& blobs) : folder_(blobs.WorkFolder("uploads")) {}

void UploadFiles::Create(const UploadId& id) const {
  const fs::path path = PathOf(id);
  const FileDescriptor file = OpenAs(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file.IsOpen()) {
    if (errno == EEXIST) throw Error(Code::kConflict, "This upload is there already.");
    ThrowErrno(errno, "making", path);
  }
  SyncFile(file, path);
  SyncFolder(folder_);
}

std::optional<UploadFile> UploadFiles::Open(const UploadId& id, Unchecked unchecked) const {
  const fs::path path = PathOf(id);
  FileDescriptor descriptor = OpenAs(path, O_RDWR | O_APPEND);
  if (!descriptor.IsOpen()) {
    if (errno == ENOENT) return std::nullopt;
    ThrowErrno(errno, "opening", path);
  }
  const auto deadline = std::chrono::steady_clock::now() + kMostWait;
  while (!TryLock(descriptor)) {
    if (std::chrono::steady_clock::now() >= deadline) {
      throw Error(Code::kUnavailable, "The upload is in use. Try again in a moment.");
    }
    std::this_thread::sleep_for(kLookAgain);
  }
  // It may have been taken away while we waited.
  struct stat now {};
  const struct stat opened = StatOf(descriptor, path);
  if (::lstat(path.c_str(), &now) < 0) {
    if (errno == ENOENT) return std::nullopt;
    ThrowErrno(errno, "looking at", path);
  }
  if (!S_ISREG(now.st_mode) || now.st_ino != opened.st_ino || now.st_dev != opened.st_dev) {
    throw Error(Code::kInternal, "Something went wrong with the upload.", path.string());
  }
  UploadFile file(std::move(descriptor), path);
  if (unchecked == Unchecked::kDrop && file.has_unchecked()) file.Drop();
  return file;
}

RemovedFiles UploadFiles::Remove(const UploadId& id) const {
  const fs::path path = PathOf(id);
  RemovedFiles removed;
  struct stat info {};
  const int64_t bytes = ::lstat(path.c_str(), &info) == 0 ? info.st_size : 0;
  // The mark goes last: without it, a file that a crash leaves would count as a whole.
  if (Unlink(path)) removed = {1, bytes};
  const bool had_mark = Unlink(MarkOf(path));
  if (removed.files > 0 || had_mark) SyncFolder(folder_);
  return removed;
}

std::vector<UploadId> UploadFiles::Ids() const {
  std::vector<UploadId> ids;
  std::error_code error;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    if (name.ends_with(kMarkSuffix)) name.resize(name.size() - kMarkSuffix.size());
    const std::optional<UploadId> id = UploadId::Parse(name);
    if (id) ids.push_back(*id);
  }
  if (error) ThrowErrno(error.value(), "listing", folder_);
  return ids;
}

}  // namespace tapmask
