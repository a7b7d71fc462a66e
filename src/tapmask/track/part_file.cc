// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/part_file.h"

#include <cerrno>
#include <fcntl.h>
#include <random>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

constexpr size_t kBufferBytes = size_t{256} << 10;

bool MeansFull(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

[[noreturn]] void ThrowFull(const std::string& log_text) {
  throw Error(Code::kStorageFull,
              "The disk is full, so the mask track could not be written; free some space and try "
              "again.",
              log_text);
}

[[noreturn]] void ThrowWriteError(const std::filesystem::path& path, int error) {
  const std::string log_text =
      fmt::format("{}: {}", path.string(), std::generic_category().message(error));
  if (MeansFull(error)) ThrowFull(log_text);
  throw Error(Code::kUnavailable, "The mask track could not be written; try again.", log_text);
}

void SyncFolder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;  // The file is in place; some file systems cannot sync a folder.
  ::fsync(fd);
  ::close(fd);
}

std::filesystem::path FolderOf(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// `.NAME.XXXXXX.part` beside `path`.
std::filesystem::path PartPath(const std::filesystem::path& path) {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;  // Of the name only; nothing in the file depends on it.
  std::string letters;
  for (int i = 0; i < 6; ++i) letters += kLetters[random() % kLetters.size()];
  return FolderOf(path) / fmt::format(".{}.{}.part", path.filename().string(), letters);
}

}  // namespace

void ThrowCannotCreate(const std::filesystem::path& path, int error) {
  const std::string reason = std::generic_category().message(error);
  if (MeansFull(error)) ThrowFull(fmt::format("{}: {}", path.string(), reason));
  throw Error(Code::kInvalidArgument,
              fmt::format("The mask track cannot be created ({}); choose a file in a folder that "
                          "exists and can be written.",
                          reason),
              path.string());
}

PartFile::PartFile(const std::filesystem::path& beside) {
  buffer_.reserve(kBufferBytes);
  for (int attempt = 0; fd_ < 0; ++attempt) {
    path_ = PartPath(beside);
    fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd_ < 0 && (errno != EEXIST || attempt >= 100)) ThrowCannotCreate(beside, errno);
  }
}

PartFile::~PartFile() {
  ::close(fd_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

void PartFile::Append(std::string_view text) {
  if (buffer_.size() + text.size() > kBufferBytes) Flush();
  size_ += static_cast<int64_t>(text.size());
  if (text.size() > kBufferBytes) {
    WriteAll(text);
  } else {
    buffer_ += text;
  }
}

void PartFile::Flush() {
  WriteAll(buffer_);
  buffer_.clear();
}

void PartFile::Read(int64_t offset, std::string& into) const {
  size_t done = 0;
  while (done < into.size()) {
    const ssize_t n = ::pread(fd_, into.data() + done, into.size() - done,
                              static_cast<off_t>(offset) + static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) ThrowWriteError(path_, n < 0 ? errno : EIO);
    done += static_cast<size_t>(n);
  }
}

void PartFile::MoveTo(const std::filesystem::path& path) {
  Flush();
  if (::fsync(fd_) != 0) ThrowWriteError(path_, errno);
  if (::rename(path_.c_str(), path.c_str()) != 0) ThrowCannotCreate(path, errno);
  path_.clear();
  SyncFolder(FolderOf(path));
}

void PartFile::WriteAll(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd_, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) ThrowWriteError(path_, errno);
    text.remove_prefix(static_cast<size_t>(n));
  }
}

}  // namespace tapmask
